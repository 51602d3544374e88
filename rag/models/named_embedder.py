"""Any sentence-transformers model, from a folder or the hub, behind the embedder's protocol."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelMissing, ModelUnusable
from rag.models.embedding import PassageInput, PassageVectors, Progress, Vectors
from rag.models.token_vectors import Offsets, span_vectors, unit

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_PASSAGE_PROMPTS = ("document", "passage", "corpus")
_CHUNK = 32
_HUB_PATIENCE = 5.0  # seconds for the hub to answer
_SAMPLE = 1 << 20
# The same weights in forms that are not read here.
_UNREAD = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf", "*.tflite"]


class NamedEmbedder:
    """A model that the user chose. Threads may share it; they take turns.

    A sentence's vector is the mean of its tokens in the passage's own pass where the model itself
    pools by mean; otherwise, and beyond the model's window, sentences are embedded alone.

    Args:
        model: a folder, or a name on the hub; never runs code that comes with a model.
        threads: 0 for torch's own choice.

    Raises:
        ModelMissing: no such folder, or the hub has no such model or cannot be reached.
        ModelUnusable: sentence-transformers cannot load it.
    """

    def __init__(self, model: str, threads: int = 0) -> None:
        folder = _folder(model)
        self._model = _load(model, folder)
        self._fingerprint = f"{Path(model).name}-{_digest(folder)}"
        self._turn = threading.Lock()
        prompts = self._model.prompts
        names = [name for name in _PASSAGE_PROMPTS if prompts.get(name)]
        self._query_prompt: str = prompts.get("query") or ""
        self._passage_prompt: str = prompts[names[0]] if names else ""
        self._shares_tokens = _pools_by_mean(self._model)
        if threads:
            import torch

            torch.set_num_threads(threads)

    @property
    def fingerprint(self) -> str:
        """The model's name and a hash of its files."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    def embed_queries(self, queries: Sequence[str]) -> Vectors:
        """Shape (len(queries), dim)."""
        return self._encode(queries, self._query_prompt)

    def embed_passages(
        self, passages: Sequence[PassageInput], progress: Progress | None = None
    ) -> list[PassageVectors]:
        """One result a passage, in order."""
        results: list[PassageVectors] = []
        for start in range(0, len(passages), _CHUNK):
            chunk = passages[start : start + _CHUNK]
            results += self._with_tokens(chunk) if self._shares_tokens else self._alone(chunk)
            if progress:
                progress(len(results), len(passages))
        return results

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._turn:
            vectors = self._model.encode(
                [_clean(text) for text in texts], prompt=prompt, show_progress_bar=False
            )
        return unit(np.asarray(vectors, dtype=np.float32))

    def _alone(self, passages: Sequence[PassageInput]) -> list[PassageVectors]:
        whole = self._encode([passage.text for passage in passages], self._passage_prompt)
        return [
            PassageVectors(vector, self._sentences(passage, range(len(passage.spans))))
            for passage, vector in zip(passages, whole, strict=True)
        ]

    def _with_tokens(self, passages: Sequence[PassageInput]) -> list[PassageVectors]:
        texts = [_clean(passage.text) for passage in passages]
        with self._turn:
            items: list[dict[str, Any]] = self._model.encode(
                texts, prompt=self._passage_prompt, output_value=None, show_progress_bar=False
            )
            offsets = [self._offsets(text) for text in texts]
        results = []
        for passage, item, places in zip(passages, items, offsets, strict=True):
            tokens = item["token_embeddings"].float().numpy()
            tokens = tokens[item["attention_mask"].numpy().astype(bool)]
            whole = unit(item["sentence_embedding"].float().numpy())
            if len(tokens) == len(places):
                sentences = span_vectors(tokens, places, passage.spans)
            else:  # the tokenizer counts otherwise than the model: no token's place is sure
                sentences = np.zeros((len(passage.spans), len(whole)), dtype=np.float32)
            missing = np.flatnonzero(~sentences.any(axis=1))
            sentences[missing] = self._sentences(passage, missing.tolist())
            results.append(PassageVectors(whole, sentences))
        return results

    def _sentences(self, passage: PassageInput, numbers: Sequence[int]) -> Vectors:
        spans = [passage.spans[number] for number in numbers]
        return self._encode([passage.text[start:end] for start, end in spans], self._passage_prompt)

    def _offsets(self, text: str) -> Offsets:
        """Where the tokens of `text` stand in it; shape (tokens, 2), the prompt's are negative."""
        encoded = self._model.tokenizer(
            self._passage_prompt + text,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
        )
        places: Offsets = np.array(encoded["offset_mapping"], dtype=np.int64).reshape(-1, 2)
        return places - len(self._passage_prompt)


def _clean(text: str) -> str:
    """Lone surrogates become question marks; the length stays."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _folder(model: str) -> Path:
    """The folder of a local model, or of the hub's copy on this machine, fetched if need be."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise ModelMissing(model=model, reason="没有这个目录")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
    )

    http_error: Any = HfHubHTTPError.__bases__[0]  # of whichever HTTP library the hub's client uses
    try:
        return Path(snapshot_download(model, local_files_only=True, ignore_patterns=_UNREAD))
    except HFValidationError as error:
        raise ModelMissing(model=model, reason="既不是目录，也不是合法的模型名") from error
    except LocalEntryNotFoundError:
        pass  # not here yet
    try:
        return Path(snapshot_download(model, etag_timeout=_HUB_PATIENCE, ignore_patterns=_UNREAD))
    except HfHubHTTPError as error:
        raise ModelMissing(model=model, reason="模型仓库里没有，或不许下载") from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, http_error, OSError) as error:
        raise ModelMissing(model=model, reason="本机没有，又连不上模型仓库") from error


def _load(model: str, folder: Path) -> SentenceTransformer:
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(
            str(folder), device="cpu", trust_remote_code=False, local_files_only=True
        )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ModelUnusable(model=model, reason=reason[:200]) from error


def _pools_by_mean(model: SentenceTransformer) -> bool:
    """Whether a text's vector is the mean of its tokens' vectors, with known places."""
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    modules = list(model)
    return (
        len(modules) >= 2
        and isinstance(modules[0], Transformer)
        and isinstance(modules[1], Pooling)
        and modules[1].pooling_mode == "mean"
        and all(isinstance(module, Normalize) for module in modules[2:])
        and bool(getattr(model.tokenizer, "is_fast", False))
    )


def _digest(folder: Path) -> str:
    """Twelve hex digits over names, sizes, and both ends of every file that may be read."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in relative.parts)
        if hidden or not path.is_file() or any(relative.match(pattern) for pattern in _UNREAD):
            continue
        size = path.stat().st_size
        digest.update(f"{relative.as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE))
            file.seek(max(size - _SAMPLE, 0))
            digest.update(file.read())
    return digest.hexdigest()[:12]
