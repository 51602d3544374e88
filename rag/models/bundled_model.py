"""The model that comes with the install: multilingual-e5-small, unpacked from 4-bit weights."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelCacheUnwritable
from rag.errors.reasons import why
from rag.models.openvino_runtime import save_int8
from rag.models.weights_file import SHA256, WeightsFile, charsmap, weights_path

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from torch import Tensor, nn
    from transformers import BertModel

WINDOW = 512
"""Tokens that the model sees at once, `<s>` and `</s>` included."""

MODEL_FILE = "model.xml"
TOKENIZER_FILE = "tokenizer.json"
NAME = f"e5-small-int8-v1-{SHA256[:12]}"
"""Of the folder that `ensure_model` makes; the version counts up when its making changes."""

_MANIFEST = "manifest.json"

# Name in the weights file → name in a BERT layer; "w" and "b" become weight and bias.
_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def float_bert(weights: WeightsFile | None = None) -> BertModel:
    """The encoder in float32, in evaluation mode, without a pooler.

    Args:
        weights: the file, if it is already read.

    Raises:
        ModelMissing: the package that holds the weights is not installed.
        ModelCorrupt: the weights are not the known ones.
    """
    import torch
    from transformers import BertConfig, BertModel

    weights = weights or WeightsFile(weights_path())
    shape = weights.shape
    config = BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.token_types,
        layer_norm_eps=shape.epsilon,
        bos_token_id=weights.vocabulary.bos,
        eos_token_id=weights.vocabulary.eos,
        pad_token_id=weights.vocabulary.pad,
    )
    with torch.device("meta"):  # no time is lost on random weights
        model = BertModel(config, add_pooling_layer=False)
    model.to_empty(device="cpu")
    parameters = dict(model.named_parameters())
    with torch.no_grad():
        for name in weights.tensor_names:
            parameter = parameters.pop(_bert_name(name))
            parameter.copy_(torch.from_numpy(weights.tensor(name)).view_as(parameter))
    if parameters:
        raise AssertionError(f"parameters without weights: {sorted(parameters)}")
    model.embeddings.position_ids = torch.arange(shape.positions).expand(1, -1)
    model.embeddings.token_type_ids = torch.zeros((1, shape.positions), dtype=torch.long)
    return model.eval()


def tokenizer(weights: WeightsFile | None = None) -> Tokenizer:
    """The model's tokenizer: `<s> … </s>`, at most 512 tokens; further windows are `overflowing`.

    Args:
        weights: the file, if it is already read.

    Raises:
        ModelMissing, ModelCorrupt: as `float_bert`.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    weights = weights or WeightsFile(weights_path())
    vocabulary = weights.vocabulary
    made = Tokenizer(models.Unigram(list(vocabulary.pieces), vocabulary.unknown, False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Precompiled(charsmap(weights.normaliser)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    bos, eos = vocabulary.pieces[vocabulary.bos][0], vocabulary.pieces[vocabulary.eos][0]
    made.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}",
        pair=f"{bos} $A {eos} {eos} $B {eos}",
        special_tokens=[(bos, vocabulary.bos), (eos, vocabulary.eos)],
    )
    made.enable_truncation(WINDOW)
    return made


_opening = threading.Lock()
_opened: dict[str, Tokenizer] = {}


def shared_tokenizer(make: Callable[[], Tokenizer]) -> Tokenizer:
    """The model's tokenizer, made once a process: its quarter of a million pieces take a second.

    Args:
        make: gives the tokenizer of this model, from wherever is nearest at hand.
    """
    with _opening:
        if NAME not in _opened:
            _opened[NAME] = make()
        return _opened[NAME]


def default_cache_dir() -> Path:
    """Where the platform keeps what programs can make again."""
    if sys.platform == "win32":
        home = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local"
    elif sys.platform == "darwin":
        home = Path.home() / "Library/Caches"
    else:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "youju"


def ensure_model(
    cache_dir: Path | None = None, progress: Callable[[str], None] | None = None
) -> Path:
    """The folder with `model.xml`, `model.bin` and `tokenizer.json`, made if it is not there.

    It is written under another name and renamed when whole, so a killed run leaves nothing that
    could be taken for a model; a lock lets one process make it while others wait. A folder whose
    files do not match its manifest is made anew.

    Args:
        cache_dir: the folder's home; None for `default_cache_dir()`.
        progress: gets a Chinese line before and after the model is made; None for stderr.

    Raises:
        ModelMissing, ModelCorrupt: as `float_bert`.
        ModelCacheUnwritable: `cache_dir` takes no files.
    """
    cache_dir = cache_dir or default_cache_dir()
    folder = cache_dir / NAME
    if _intact(folder):
        return folder
    from filelock import FileLock

    say = progress or _say_on_stderr
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        with FileLock(cache_dir / f"{NAME}.lock"):
            if not _intact(folder):  # another process may have made it while we waited
                _remove_leftovers(cache_dir)
                started = time.monotonic()
                say("正在准备自带的向量模型（只在第一次运行时做，约需半分钟）……")
                _make(folder)
                say(f"向量模型准备好了，用时 {time.monotonic() - started:.0f} 秒。")
    except OSError as error:
        raise ModelCacheUnwritable(path=cache_dir, reason=why(error)) from error
    return folder


def _make(folder: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=f"{NAME}.", suffix=".draft", dir=folder.parent))
    _write_model(draft)
    manifest = {path.name: _digest(path) for path in sorted(draft.iterdir())}
    (draft / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)


def _write_model(draft: Path) -> None:
    import torch

    weights = WeightsFile(weights_path())
    tokenizer(weights).save(str(draft / TOKENIZER_FILE), pretty=False)
    tokens = torch.ones((2, 8), dtype=torch.long)
    example = {"input_ids": tokens, "attention_mask": tokens}
    save_int8(_token_vectors(float_bert(weights)), example, draft / MODEL_FILE)


def _token_vectors(bert: BertModel) -> nn.Module:
    """`bert` with a tensor for its result: the last layer, shape (batch, tokens, hidden)."""
    from torch import nn

    class TokenVectors(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
            result = self.bert(input_ids=input_ids, attention_mask=attention_mask)
            vectors: Tensor = result.last_hidden_state
            return vectors

    return TokenVectors()


def _remove_leftovers(cache_dir: Path) -> None:
    """Remove drafts of killed runs; called under the lock, when nobody is writing one."""
    for draft in cache_dir.glob(f"{NAME}.*.draft"):
        shutil.rmtree(draft, ignore_errors=True)


def _intact(folder: Path) -> bool:
    """Whether the folder's files are those of its manifest; reads them all, in 0.1 s."""
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return bool(manifest) and all(
            _digest(folder / name) == digest for name, digest in manifest.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _say_on_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _bert_name(name: str) -> str:
    """`l3.ao.w` → `encoder.layer.3.attention.output.dense.weight`."""
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    layer, part, kind = name.split(".")
    ending = "weight" if kind == "w" else "bias"
    return f"encoder.layer.{layer.removeprefix('l')}.{_LAYER_NAMES[part]}.{ending}"
