"""Answers, receipts, the doctor and the command line with models of the user's choice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from named import ASKED, QUESTIONS, opened, reader_of, settings_of
from pages import ask
from tiny_models import READERS, save_answers, save_reranker

from rag.assembly import open_pipeline
from rag.data_model.answers import Question
from rag.errors import (
    NamedModelMissing,
)
from rag.models.embedding import HashingEmbedder
from rag.models.hub import CALIBRATION
from rag.proof.doctor import Check, examine
from rag.proof.replay import replay
from rag.settings import Settings
from rag.settings.model_sections import ReaderSettings
from ui.cli import run


@pytest.mark.parametrize("kind", READERS)
def test_whatever_reads_quotes_verify(data_dir: Path, folders: dict[str, Path], kind: str) -> None:
    settings = settings_of(data_dir, reader=folders[kind], reranker=folders["reranker"])
    pipeline = opened(settings)
    for question in (ASKED, "茶园有多少亩？", "春茶每斤卖多少元？"):
        answer = ask(pipeline, question)
        assert answer.citations
        assert answer.receipt.evidence.startswith(f"{kind}-")
        assert "uncalibrated" in answer.receipt.evidence
        assert answer.receipt.reranker.startswith("model-")
    pipeline.close()


def test_a_reranker_says_which_passages_are_read(data_dir: Path) -> None:
    shown: list[str] = []

    class Only:
        fingerprint, candidates = "only", 30

        def scores(self, question: str, passages: Any) -> Any:
            shown.extend(passages)
            return np.asarray([float("李大山" in text) for text in passages], dtype="f4")

    settings = Settings.model_validate(
        {"data_dir": data_dir, "answer": {"threshold": 0.0}, "retrieval": {"passages": 1}}
    )
    pipeline = open_pipeline(settings, HashingEmbedder(), reranker=Only())
    answer = ask(pipeline, ASKED)
    quotes = [*answer.citations, *(answer.refusal.nearest if answer.refusal else ())]
    assert {quote.title for quote in quotes} == {"高山茶园迎来采摘季"}
    assert len(shown) > 1
    pipeline.close()


def test_models_change_the_receipt_and_a_replay_names_them(
    data_dir: Path, folders: dict[str, Path]
) -> None:
    answers = {}
    for name, chosen in {
        "plain": {},
        "answers": {"reader": folders["answers"]},
        "both": {"reader": folders["tokens"], "reranker": folders["reranker"]},
    }.items():
        pipeline = opened(settings_of(data_dir, **chosen))
        answers[name] = pipeline.ask(Question(question=ASKED))
        if name == "both":
            causes = replay(answers["answers"], pipeline, pipeline.library).causes
        pipeline.close()
    assert len({answer.receipt.settings for answer in answers.values()}) == 3
    told = "；".join(causes)
    assert "重排模型不同：无 → model-" in told
    assert "挑选依据的模型不同：answers-" in told
    assert "→ tokens-" in told


def test_where_a_model_runs_changes_no_receipt() -> None:
    def receipt(**reader: Any) -> str:
        return Settings(reader=ReaderSettings(model="m", **reader)).fingerprint()

    assert receipt() == receipt(device="cpu") == receipt(batch=2)
    assert receipt() != receipt(dtype="float16")
    assert Settings().fingerprint() == Settings(reader=ReaderSettings(window=256)).fingerprint()


def looked_at(settings: Settings) -> dict[str, Check]:
    return {check.name: check for check in examine(settings, embedder=HashingEmbedder())}


def test_the_doctor_knows_the_files(data_dir: Path, tmp_path: Path) -> None:
    reader, reranker = save_answers(tmp_path / "mine"), save_reranker(tmp_path / "rank")
    settings = settings_of(data_dir, reader=reader, reranker=reranker)
    found = looked_at(settings)
    assert found["阅读模型"].ok
    assert "还没有校准" in found["阅读模型"].detail
    assert found["重排模型"].ok
    (reader / CALIBRATION).write_text("{", encoding="utf-8")
    (reranker / "config.json").unlink()
    found = looked_at(settings)
    assert "calibration_invalid" in found["阅读模型"].detail
    assert "named_model_unusable" in found["重排模型"].detail
    shutil.rmtree(reader)
    assert "named_model_missing" in looked_at(settings)["阅读模型"].detail


_HUB = """
import sys
from rag.assembly import open_reranker, open_scorer
from rag.errors import NamedModelMissing
from rag.settings import Settings
settings = Settings.model_validate({sys.argv[1]: {"model": "someone/no-such-model"}})
try:
    open_scorer(settings), open_reranker(settings)
except NamedModelMissing as error:
    print(error.code, error.hint_zh)
"""


@pytest.mark.parametrize("part", ["reader", "reranker"])
@pytest.mark.parametrize(
    "setting", [{"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}]
)
def test_a_missing_hub_says_what_to_do(setting: dict[str, str], part: str, tmp_path: Path) -> None:
    environment = os.environ | setting | {"HF_HOME": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", _HUB, part],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("named_model_missing")
    assert "hf download" in result.stdout
    assert f"{part}.model" in result.stdout


_PLAIN = """
import sys
import rag.assembly, ui.engine
from rag.settings import Settings
scorer = rag.assembly.open_scorer(Settings())
assert rag.assembly.open_reranker(Settings()) is None
print([m for m in ("torch", "transformers", "sentence_transformers", "huggingface_hub", "httpx")
       if m in sys.modules])
print([m for m in sys.modules if m.startswith("rag.") and ("named" in m or "chooser" in m)])
"""


def test_without_them_nothing_is_imported() -> None:
    result = subprocess.run(
        [sys.executable, "-c", _PLAIN], capture_output=True, text=True, timeout=120
    )
    assert result.stdout.splitlines() == ["[]", "[]"], result.stderr


@pytest.fixture
def environment(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of the fake embedder, and a reader that the environment names."""
    import rag.assembly

    folder = save_answers(tmp_path / "mine")
    monkeypatch.setattr(rag.assembly, "open_embedder", lambda _: HashingEmbedder())
    monkeypatch.setenv("YOUJU_READER__MODEL", str(folder))
    monkeypatch.setenv("YOUJU_DATA_DIR", str(data_dir))
    return folder


def test_calibrate_fits_a_reader_and_says_where_it_wrote(
    environment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {"id": q.id, "question": q.question, "answerable": q.answerable, "answers": q.answers,
         "evidence": q.evidence}
        for q in QUESTIONS
    ]  # fmt: skip
    questions = tmp_path / "q.jsonl"
    questions.write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines), encoding="utf-8"
    )
    assert run(["calibrate", str(questions), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["reader"]
    assert (told["questions"], told["calibration"]) == (7, None)
    assert not (environment / CALIBRATION).exists()
    assert run(["calibrate", str(questions), "--write"]) == 0
    said = capsys.readouterr().out
    assert f"校准写在 {environment / CALIBRATION}" in said
    assert "按 7 题校准了阅读模型 mine-" in said


def test_a_model_that_is_nowhere_ends_with_two(
    monkeypatch: pytest.MonkeyPatch, environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("YOUJU_READER__MODEL", "/no/such/folder")
    assert run(["ask", ASKED]) == 2
    assert "named_model_missing" in capsys.readouterr().err
    with pytest.raises(NamedModelMissing):
        reader_of(Path("/no/such/folder"))


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("YOUJU_READER__DEVICE", "gpu", "reader.device：gpu 不行，应是 auto"),
        ("YOUJU_RERANKER__BACKEND", "tensorrt", "torch、openvino、onnx 之一"),
        ("YOUJU_CHOOSER__URL", "https://a.example/v1", "也要写 model"),
    ],
)
def test_a_wrong_setting_is_told_in_chinese(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(variable, value)
    assert run(["models", "--data-dir", str(tmp_path)]) == 2
    assert words in capsys.readouterr().err
