"""What people are told of a model elsewhere that chooses, and what of its settings is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from choosers import ASKED, opened, settings_of
from pydantic import ValidationError
from scripted_endpoint import Endpoint, right

from rag.errors import SettingsError
from rag.evidence.endpoint import EndpointChooser
from rag.models.embedding import HashingEmbedder
from rag.proof.doctor import examine
from rag.settings import Loaded, Settings
from rag.settings.model_sections import ChooserSettings
from rag.settings.report import records
from rag.wording.choosing import away_note
from ui.chat.page import markup_of
from ui.cli import run
from ui.frame import framed


@pytest.mark.parametrize(
    "given",
    [
        {"url": "ftp://a/v1", "model": "m"},
        {"url": "http://", "model": "m"},
        {"url": "https://user:secret@a/v1", "model": "m"},
        {"url": "https://a/v1?key=1", "model": "m"},
        {"url": "http://a:99999/v1", "model": "m"},
        {"url": "https://a/v1"},
    ],
)
def test_an_address_that_cannot_be_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ChooserSettings.model_validate(given)


def test_a_key_stays_out_of_what_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "key"
    settings = ChooserSettings.model_validate(
        {"url": "https://a.example/v1", "model": "m", "key": "k-secret", "key_file": file}
    )
    whole = Settings(chooser=settings)
    assert "k-secret" not in str(records(Loaded.of(whole)))
    assert whole.fingerprint() != Settings().fingerprint()
    other = settings.model_copy(update={"timeout": 1.0, "budget": 5})
    assert Settings(chooser=other).fingerprint() == whole.fingerprint()
    only_file = ChooserSettings(url="https://a.example/v1", model="m", key_file=file)
    with pytest.raises(SettingsError, match="key_file"):
        EndpointChooser(only_file)
    file.write_text("两 字", encoding="utf-8")
    with pytest.raises(SettingsError, match="密钥"):
        EndpointChooser(only_file)


def test_the_pages_say_where_text_goes() -> None:
    on = ChooserSettings(url="https://llm.example:8443/v1", model="m`${x}<b>")
    told = markup_of(on)
    assert "离开本机，发往 llm.example:8443" in told
    assert "<b>" not in told.partition("yj-away")[2].partition("</p>")[0]
    assert "`${x}" not in told
    assert "yj-away" not in markup_of(ChooserSettings())
    assert away_note(ChooserSettings()) == ""
    here = ChooserSettings(url="http://[::1]:11434/v1", model="m")
    assert "本机上的另一个程序 [::1]:11434" in away_note(here)
    page = bytes(framed("evaluation_page", note=away_note(on)).body).decode()
    assert "llm.example:8443" in page
    assert "yj-away" not in bytes(framed("evaluation_page").body).decode()


def test_the_command_line_says_where_text_goes(
    data_dir: Path,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    endpoint.reply = right("五分钟")
    monkeypatch.setattr(
        "rag.assembly.open_pipeline", lambda settings, **_: opened(data_dir, settings.chooser)
    )
    monkeypatch.setenv("YOUJU_DATA_DIR", str(data_dir))
    assert run(["ask", ASKED]) == 0
    told = capsys.readouterr()
    assert "挑选" not in told.out + told.err
    monkeypatch.setenv("YOUJU_CHOOSER__URL", endpoint.url)
    monkeypatch.setenv("YOUJU_CHOOSER__MODEL", "m-1")
    assert run(["ask", ASKED]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("注意：提问时，问题和查到的句子会交给")
    assert "m-1 挑选。" in told.out
    questions = data_dir / "q.jsonl"
    questions.write_text(json.dumps({"id": "1", "question": ASKED}), encoding="utf-8")
    assert run(["answer", str(questions), "-o", str(data_dir / "run.jsonl")]) == 0
    assert "注意：" in capsys.readouterr().err


def test_doctor_and_models_know_it(
    data_dir: Path,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = Settings(data_dir=data_dir, chooser=settings_of(endpoint))
    checks = {check.name: check for check in examine(settings, embedder=HashingEmbedder())}
    assert "m-1" in checks["选句服务"].detail
    assert endpoint.asked == [], "examining sends nothing"
    monkeypatch.setenv("YOUJU_CHOOSER__URL", endpoint.url)
    monkeypatch.setenv("YOUJU_CHOOSER__MODEL", "m-1")
    assert run(["models", "--data-dir", str(data_dir)]) == 0
    assert "会发往那里" in capsys.readouterr().out
    assert endpoint.asked == []


def test_a_trial_of_the_service(endpoint: Endpoint) -> None:
    from rag.models.hub import CHOOSER
    from rag.proof.model_trial import tried

    settings = Settings(chooser=settings_of(endpoint))
    endpoint.reply = right("六班船")
    found = tried(CHOOSER, settings)
    assert (found.best, found.right, found.reason) == (2, True, "")
    endpoint.reply = lambda _: 503
    assert tried(CHOOSER, settings).reason == "down"
