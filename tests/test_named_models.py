"""Models of the user's choice, each kind loaded from disk, offline, with random weights."""

from __future__ import annotations

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from named import ASKED, reader_of
from pages import BRIDGE, TEA
from tiny_models import READERS, bert_config, save_answers, save_tokenizer, seeded

from rag.data_model.documents import Span
from rag.errors import (
    ModelPlaceMissing,
    ModelUnusable,
    NamedModelUnusable,
)
from rag.language.text import sentence_spans
from rag.models.embedding import PassageInput
from rag.models.named_embedder import NamedEmbedder
from rag.models.named_reader import Highlighting, Window, judge_answers
from rag.models.named_reranker import NamedReranker
from rag.models.networks import with_form
from rag.settings.model_sections import EmbeddingSettings, ReaderSettings, RerankerSettings

HEADER = "青石湾大桥\n"


def passage(body: str, header: str = "") -> PassageInput:
    spans = (Span(s.start + len(header), s.end + len(header)) for s in sentence_spans(body))
    return PassageInput(header + body, tuple(spans))


@pytest.mark.parametrize("kind", READERS)
def test_each_kind_of_reader_reads_any_length(folders: dict[str, Path], kind: str) -> None:
    reader = reader_of(folders[kind], batch=3)
    given = [passage(BRIDGE * 3, HEADER), passage(""), passage("好"), passage("\ud800坏字。")]
    readings = reader.read(ASKED, given)
    assert len(readings) == len(given)
    for one, reading in zip(given, readings, strict=True):
        assert len(reading.evidence) == len(one.spans)
        assert all(0.0 <= share <= 1.0 for share in (reading.has_answer, *reading.evidence))
        if reading.answer:
            assert len(HEADER) * (one is given[0]) <= reading.answer.start < reading.answer.end
            assert reading.answer.end <= len(one.text)
    assert all(share > 0 for share in readings[0].evidence), "every sentence is in some window"
    assert (readings[0].answer is not None) == (kind == "answers")
    assert reader.read(ASKED, []) == []
    assert reader.read("长" * 500, given[:1])[0].evidence, "a question longer than the window"


@pytest.mark.parametrize("kind", READERS)
def test_a_batch_and_threads_change_nothing(folders: dict[str, Path], kind: str) -> None:
    given = [passage(BRIDGE), passage(TEA)]
    alone = reader_of(folders[kind], batch=1).read(ASKED, given)
    reader = reader_of(folders[kind], batch=16)
    with ThreadPoolExecutor(3) as threads:
        for found in threads.map(lambda _: reader.read(ASKED, given), range(4)):
            for a, b in zip(alone, found, strict=True):
                assert a.margin == pytest.approx(b.margin, abs=1e-4)
                assert a.evidence == pytest.approx(b.evidence, abs=1e-4)


@pytest.mark.parametrize("kind", READERS)
def test_openvino_says_the_same(folders: dict[str, Path], kind: str) -> None:
    given = [passage(BRIDGE), passage(TEA)]
    torch, other = reader_of(folders[kind]), reader_of(folders[kind], backend="openvino")
    for a, b in zip(torch.read(ASKED, given), other.read(ASKED, given), strict=True):
        assert a.margin == pytest.approx(b.margin, abs=1e-3)
        assert a.evidence == pytest.approx(b.evidence, abs=1e-3)
    assert other.fingerprint == f"{torch.fingerprint}-openvino"


def test_half_as_exact_is_another_reader(folders: dict[str, Path]) -> None:
    reader = reader_of(folders["answers"], dtype="bfloat16")
    assert reader.read(ASKED, [passage(BRIDGE)])[0].answer is not None
    assert reader.fingerprint.endswith("-bfloat16")


def test_what_is_counted_less_exactly_is_named(tmp_path: Path) -> None:
    """By default on a GPU, where the files say so; on the CPU it is float32."""
    config = {"torch_dtype": "bfloat16"}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    plain, exact = ReaderSettings(model="m"), ReaderSettings(model="m", dtype="float32")
    assert with_form("m-1", plain, "cpu", tmp_path) == "m-1"
    assert with_form("m-1", plain, "cuda", tmp_path) == "m-1-bfloat16"
    assert with_form("m-1", exact, "cuda", tmp_path) == with_form("m-1", exact, "cpu", tmp_path)
    assert with_form("m-1", exact, "cpu", tmp_path) == "m-1"
    (tmp_path / "config.json").write_text('{"dtype": "float32"}', encoding="utf-8")
    assert with_form("m-1", plain, "cuda:1", tmp_path) == "m-1"
    (tmp_path / "config.json").write_text("[" * 100_000, encoding="utf-8")
    assert with_form("m-1", plain, "cuda", tmp_path) == "m-1-auto"


@pytest.mark.parametrize(
    "said", ["[" * 100_000, "[]", '{"architectures": "BertModel"}', '{"architectures": {"0": 1}}']
)
def test_a_config_that_says_nothing_sensible_is_refused(said: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(said, encoding="utf-8")
    with pytest.raises(NamedModelUnusable):
        reader_of(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="links need no right elsewhere")
def test_a_folder_of_other_things_is_no_model_and_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "memory.bin").symlink_to("/proc/self/mem")  # its first byte cannot be read
    with pytest.raises(NamedModelUnusable, match=r"config\.json"):
        NamedReranker(RerankerSettings(model=str(tmp_path)))
    with pytest.raises(ModelUnusable, match=r"config\.json"):
        NamedEmbedder(EmbeddingSettings(model=str(tmp_path)))
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(NamedModelUnusable, match="读不了它的文件"):
        NamedReranker(RerankerSettings(model=str(tmp_path)))


def window(*texts: str) -> tuple[Window, tuple[Span, ...]]:
    """A window over `<s> ? </s> characters`; and the spans of the texts."""
    length = sum(map(len, texts))
    places = tuple(range(3, 3 + length))
    offsets = tuple(Span(n, n + 1) for n in range(length))
    spans, start = [], 0
    for text in texts:
        spans.append(Span(start, start + len(text)))
        start += len(text)
    ids = (1, 9, 2, *(9 for _ in places), 2)
    return Window(0, ids, tuple(0 for _ in ids), 0, places, offsets), tuple(spans)


def test_an_answer_is_measured_against_not_here() -> None:
    seen, spans = window("甲乙丙。", "丁戊。")
    start, end = np.full(11, -4.0, "f4"), np.full(11, -4.0, "f4")
    start[7], end[8], start[0], end[0] = 5.0, 4.0, 1.0, 2.0
    found = judge_answers(seen, spans, [start, end])
    assert found.margin == pytest.approx(5 + 4 - (1 + 2))
    assert found.answer == Span(4, 6)
    assert found.shares[0] is not None
    assert found.shares[1] is not None
    assert found.shares[1] > 0.9 > 0.1 > found.shares[0]
    assert found.shares[1] <= 1 / (1 + np.exp(-found.margin))
    end[8], end[3] = -4.0, 9.0  # an end before its start is none
    assert judge_answers(seen, spans, [start, end]).answer != Span(4, 1)


def test_a_sentence_counts_the_mean_of_its_tokens() -> None:
    seen, spans = window("甲乙", "丙丁")
    scores = np.zeros((8, 2), "f4")
    scores[3:5, 1] = np.log(3)  # 3/4 each
    found = Highlighting(0)(seen, spans, [scores, np.asarray(1.5, dtype=np.float32)])
    assert found.shares == pytest.approx((0.75, 0.5))
    assert (found.presence, found.answer) == (1.5, None)
    assert found.margin == pytest.approx(np.log(3))
    assert Highlighting(1)(seen, spans, [scores]).shares == pytest.approx((0.25, 0.5))


@pytest.mark.parametrize("kind", ["provence", "open_provence"])
def test_a_highlighters_own_program_never_runs(folders: dict[str, Path], kind: str) -> None:
    assert list(folders[kind].glob("modeling_*.py")), "it is there, and would end the process"
    assert reader_of(folders[kind]).read(ASKED, [passage(BRIDGE)])


@pytest.mark.parametrize("kind", ["provence", "open_provence"])
def test_weights_that_are_not_all_there_are_refused(
    folders: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    from safetensors.torch import load_file, save_file

    folder = Path(shutil.copytree(folders[kind], tmp_path / kind))
    weights = load_file(folder / "model.safetensors")
    for gone in ("token_classifier.weight", "pruning_head.classifier.weight", "embeddings"):
        kept = {name: rows for name, rows in weights.items() if gone not in name}
        if len(kept) < len(weights):
            save_file(kept, folder / "model.safetensors")
            with pytest.raises(NamedModelUnusable, match="权重里没有"):
                reader_of(folder)


def test_what_cannot_read_is_refused(tmp_path: Path) -> None:
    from transformers import BertModel

    with pytest.raises(NamedModelUnusable, match=r"config\.json"):
        reader_of(tmp_path)
    seeded()
    BertModel(bert_config(save_tokenizer(tmp_path))).save_pretrained(tmp_path)
    with pytest.raises(NamedModelUnusable, match="BertModel"):
        reader_of(tmp_path)
    folder = save_answers(tmp_path / "cut")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (folder / name).unlink()
    with pytest.raises(NamedModelUnusable, match=r"reader\.model"):
        reader_of(folder)


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    folder = save_answers(tmp_path)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    with pytest.raises(NamedModelUnusable) as caught:
        reader_of(folder)
    assert caught.value.code == "named_model_unusable"


@pytest.mark.parametrize(
    "settings",
    [{"device": "cuda:99"}, {"device": "cuda", "backend": "openvino"}, {"backend": "onnx"}],
)
def test_a_place_that_is_not_there_is_named(
    folders: dict[str, Path], settings: dict[str, str]
) -> None:
    with pytest.raises(ModelPlaceMissing) as caught:
        reader_of(folders["answers"], **settings)
    assert "reader." in caught.value.message_zh
    assert caught.value.hint_zh.startswith("请改用")


def test_a_reranker_orders_passages(folders: dict[str, Path]) -> None:
    model = str(folders["reranker"])
    reranker = NamedReranker(RerankerSettings(model=model, batch=2))
    texts = ["大桥全长2360米。", "茶园" * 300, "", "\ud800"]
    scores = reranker.scores("大桥多长？", texts)
    assert scores.shape == (4,)
    assert np.isfinite(scores).all()
    assert reranker.scores("大桥多长？", []).shape == (0,)
    other = NamedReranker(RerankerSettings(model=model, backend="openvino"))
    assert other.scores("大桥多长？", texts) == pytest.approx(scores, abs=1e-3)


def test_what_gives_several_scores_is_no_reranker(tmp_path: Path) -> None:
    from transformers import BertForSequenceClassification

    seeded()
    config = bert_config(save_tokenizer(tmp_path), num_labels=3)
    BertForSequenceClassification(config).save_pretrained(tmp_path)
    with pytest.raises(NamedModelUnusable, match="3 个分数"):
        NamedReranker(RerankerSettings(model=str(tmp_path)))
