"""Embedders: unit vectors, sentences from the passage's own pass, both ways to the same vector."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.data_model.documents import Span
from rag.errors import ModelMissing, ModelUnusable
from rag.language.text import sentence_spans
from rag.models.bundled_embedder import BundledEmbedder
from rag.models.embedding import Embedder, HashingEmbedder, PassageInput
from rag.models.named_embedder import NamedEmbedder
from rag.models.opening import open_embedder
from rag.models.token_vectors import span_vectors, unit
from rag.settings import EmbeddingSettings

SHORT = "老船厂改成了美术馆。周末有三千人来参观！门票二十元。"
LONG = "".join(f"第{n}号仓库存放着从南方运来的木材和茶叶。" for n in range(80))


def passage(text: str) -> PassageInput:
    return PassageInput(text, tuple(sentence_spans(text)))


def named(folder: Path, **settings: Any) -> NamedEmbedder:
    return NamedEmbedder(EmbeddingSettings(model=str(folder), **settings))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real sentence-transformers model with random weights and a window of 16 tokens."""
    return make_tiny(tmp_path_factory.mktemp("tiny"), "mean")


def make_tiny(
    folder: Path, pooling: str, *, dense: bool = False, prompts: dict[str, str] | None = None
) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    marks = {"<pad>": 0, "<s>": 1, "</s>": 2, "<unk>": 3}
    letters = sorted(set(SHORT + LONG))
    vocabulary = marks | {letter: place for place, letter in enumerate(letters, len(marks))}
    made = Tokenizer(models.WordLevel(vocabulary, "<unk>"))
    made.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)]
    )
    torch.manual_seed(7)
    size = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = BertConfig(
        vocab_size=len(vocabulary), intermediate_size=16, max_position_embeddings=16, **size
    )
    BertModel(config).save_pretrained(folder / "bert")
    PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="<pad>", unk_token="<unk>", model_max_length=16
    ).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    modules = [transformer, Pooling(16, pooling)]
    if dense:
        modules.append(Dense(16, 8))
    SentenceTransformer(modules=modules, device="cpu", prompts=prompts).save(
        str(folder / "model"), create_model_card=False
    )
    return folder / "model"


@pytest.fixture(scope="module")
def bundled() -> BundledEmbedder:
    return BundledEmbedder(threads=1)


@pytest.fixture(params=["hashing", "named", "bundled"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "hashing":
        return HashingEmbedder()
    if request.param == "named":
        return named(request.getfixturevalue("tiny"))
    found: Embedder = request.getfixturevalue("bundled")
    return found


def test_every_vector_is_float32_of_unit_norm_and_in_order(embedder: Embedder) -> None:
    inputs = [passage(text) for text in (SHORT, "门票。", LONG[:900], "\ud800坏字符。")]
    steps: list[tuple[int, int]] = []
    found = embedder.embed_passages(inputs, lambda done, total: steps.append((done, total)))
    assert steps[-1] == (len(inputs), len(inputs))
    for given, vectors in zip(inputs, found, strict=True):
        assert vectors.sentences.shape == (len(given.spans), embedder.dimension)
        together = np.vstack([vectors.passage, vectors.sentences])
        assert together.dtype == np.float32
        assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-4)
        alone = embedder.embed_passages([given])[0].passage
        assert float(alone @ vectors.passage) > 0.999
    queries = embedder.embed_queries(["门票多少钱？", "\ud800", ""])
    assert np.linalg.norm(queries, axis=1) == pytest.approx(1, abs=1e-4)
    assert embedder.embed_queries([]).shape == (0, embedder.dimension)
    assert embedder.embed_passages([]) == []


def test_a_span_is_the_mean_of_its_tokens() -> None:
    vectors = np.array([[9, 9], [1, 0], [0, 1], [3, 0]], dtype=np.float32)
    offsets = np.array([[0, 0], [0, 2], [2, 3], [3, 5]])
    found = span_vectors(vectors, offsets, [Span(0, 3), Span(3, 4), Span(5, 9)])
    half = np.sqrt(0.5)  # (1, 0) + (0, 1), brought to norm 1
    assert found == pytest.approx(np.array([[half, half], [1, 0], [0, 0]]))
    assert unit(np.zeros((1, 2), np.float32)).tolist() == [[0.0, 0.0]]


@pytest.mark.model
def test_queries_reach_the_same_vector_with_and_without_torch(bundled: BundledEmbedder) -> None:
    queries = ["美术馆的门票多少钱？", "Where is the old dockyard?", LONG]
    direct = bundled.embed_queries(queries)
    library = bundled.sentence_transformer.encode(queries, prompt_name="query", batch_size=1)
    assert np.sum(direct * library, axis=1).min() > 0.9999


@pytest.mark.model
def test_every_sentence_beyond_the_window_has_a_vector_of_its_own(bundled: BundledEmbedder) -> None:
    given = passage(LONG)
    sentences = bundled.embed_passages([given])[0].sentences
    (tokens,) = bundled._encoder.encode(["passage: " + LONG])
    assert len(tokens.vectors) > 2 * 512
    likeness = sentences @ sentences.T - np.eye(len(sentences))
    assert likeness.max() < 0.99999, "no two are the same"
    last = LONG[given.spans[-1].start :]
    assert tokens.offsets.max() - len("passage: ") == len(LONG)
    alone = bundled.embed_passages([PassageInput(last)])[0].passage
    assert float(sentences[-1] @ alone) > 0.9


@pytest.mark.model
def test_windows_count_by_their_tokens(bundled: BundledEmbedder) -> None:
    (tokens,) = bundled._encoder.encode(["passage: " + LONG])
    assert tokens.weights.sum() == pytest.approx(len(tokens.weights) - 2 * 3)  # <s>, </s> of three
    assert len(set(tokens.weights.round(6).tolist())) == 2  # full windows, and the last


@pytest.mark.model
def test_a_query_depends_on_nothing_beside_it(bundled: BundledEmbedder) -> None:
    queries = [f"第{n}号仓库里有什么？" for n in range(12)]
    expected = bundled.embed_queries(queries)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda query: bundled.embed_queries([query])[0], queries))
    assert np.array_equal(np.stack(found), expected)


def test_a_named_model_pools_sentences_and_embeds_alone_what_it_cut_off(tiny: Path) -> None:
    embedder = named(tiny)
    found = embedder.embed_passages([passage(SHORT)])[0].sentences
    sentences = [SHORT[start:end] for start, end in passage(SHORT).spans]
    alone = embedder.embed_passages([PassageInput(sentence) for sentence in sentences])
    likeness = [float(a @ b.passage) for a, b in zip(found, alone, strict=True)]
    assert likeness[0] < 0.9999, "from the passage's own pass"
    assert likeness[2] == pytest.approx(1, abs=1e-5), "beyond 16 tokens: alone"


def test_a_model_that_does_not_pool_by_mean_embeds_sentences_alone(tmp_path: Path) -> None:
    embedder = named(make_tiny(tmp_path, "cls"), threads=1)
    found = embedder.embed_passages([passage(SHORT)])[0].sentences
    start, end = passage(SHORT).spans[0]
    alone = embedder.embed_passages([PassageInput(SHORT[start:end])])[0].passage
    assert float(found[0] @ alone) == pytest.approx(1, abs=1e-5)


def test_what_stands_after_the_pooling_is_done_to_sentences_too(tmp_path: Path) -> None:
    embedder = named(make_tiny(tmp_path, "mean", dense=True))
    assert embedder.dimension == 8
    one = SHORT[:10]
    given = PassageInput(one, (Span(0, len(one)),))
    (found,) = embedder.embed_passages([given])
    assert found.sentences.shape == (1, 8)
    assert np.linalg.norm(found.sentences, axis=1) == pytest.approx(1, abs=1e-5)
    tokens = embedder._model.encode(one, output_value="token_embeddings")[1:-1]
    dense = list(embedder._model)[2]
    expected = dense({"sentence_embedding": tokens.mean(dim=0, keepdim=True)})
    vector = unit(expected["sentence_embedding"].detach().numpy())
    assert found.sentences == pytest.approx(vector, abs=1e-5)


def test_prompts_are_the_models_own(tmp_path: Path) -> None:
    prompts = {"search_query": "门票", "search_document": "老船厂"}
    embedder = named(make_tiny(tmp_path, "mean", prompts=prompts))
    plain = embedder._model.encode(["门票二十元", "老船厂二十元"])
    assert embedder.embed_queries(["二十元"])[0] == pytest.approx(unit(plain[0]), abs=1e-5)
    (found,) = embedder.embed_passages([PassageInput("二十元")])
    assert found.passage == pytest.approx(unit(plain[1]), abs=1e-5)


def test_openvino_makes_the_same_vectors(tiny: Path) -> None:
    other = named(tiny, backend="openvino")
    for a, b in zip(
        named(tiny).embed_passages([passage(SHORT)]), other.embed_passages([passage(SHORT)]),
        strict=True,
    ):  # fmt: skip
        assert a.matrix == pytest.approx(b.matrix, abs=1e-4)
    assert other.fingerprint.endswith("-openvino")


def test_a_fingerprint_changes_with_the_weights(tiny: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(tiny, tmp_path / tiny.name))
    first = named(tiny).fingerprint
    assert named(copy).fingerprint == first
    weights = next(copy.rglob("*.safetensors"))
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert named(copy).fingerprint != first


@pytest.mark.parametrize("model", ["/no/such/folder", "./nothing", "a/b/c", "no name at all!"])
def test_a_model_that_is_nowhere_is_a_clear_error(model: str) -> None:
    with pytest.raises(ModelMissing, match="离线时请把"):
        open_embedder(EmbeddingSettings(model=model))


def test_a_folder_without_a_model_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to load")
    with pytest.raises(ModelUnusable, match="model_unusable"):
        open_embedder(EmbeddingSettings(model=str(tmp_path)))


_HUB = """
from rag.models.opening import open_embedder
from rag.errors import ModelMissing
from rag.settings import EmbeddingSettings
try:
    open_embedder(EmbeddingSettings(model="someone/no-such-model"))
except ModelMissing as error:
    print(error.code)
"""


@pytest.mark.parametrize(
    "setting", [{"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}]
)
def test_a_hub_out_of_reach_is_a_clear_error(setting: dict[str, str], tmp_path: Path) -> None:
    environment = os.environ | setting | {"HF_HOME": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", _HUB], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (result.stdout.strip(), result.returncode) == ("model_missing", 0), result.stderr
