"""What is fitted for a reader of the user's choice, and where it is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from named import QUESTIONS, settings_of
from tiny_models import save_answers

from eval.reader_calibration import Listening, fitted, listen
from rag.assembly import open_named_scorer, open_pipeline
from rag.errors import (
    CalibrationInvalid,
    QuestionsOneSided,
)
from rag.evidence.calibration import ASIDE, UNCALIBRATED, keep_calibration, open_calibration
from rag.models.embedding import HashingEmbedder
from rag.models.hub import CALIBRATION
from rag.pipeline import Pipeline


def test_a_calibration_is_fitted_kept_beside_and_believed(data_dir: Path, tmp_path: Path) -> None:
    settings = settings_of(data_dir, reader=save_answers(tmp_path / "mine"))
    scorer, reader = open_named_scorer(settings)

    def listened(listening: Listening) -> Pipeline:
        return open_pipeline(settings, HashingEmbedder(), listening)

    heard = listen(QUESTIONS, scorer, listened)
    assert [one.asked.id for one in heard] == list("1234567")
    assert all((one.gold == 1).any() == one.asked.answerable for one in heard)
    path = keep_calibration(fitted(heard), reader.fingerprint, reader.folder, data_dir)
    assert path == tmp_path / "mine" / CALIBRATION
    again, same = open_named_scorer(settings)
    assert same.fingerprint == reader.fingerprint, "a calibration is no part of the model"
    assert "calibration-" in again.fingerprint
    with pytest.raises(QuestionsOneSided):
        fitted(heard[4:])


def test_a_calibration_is_for_its_own_files_only(tmp_path: Path) -> None:
    folder, data = tmp_path / "m", tmp_path / "data"
    folder.mkdir()
    assert open_calibration("m-1", folder, data).decision is UNCALIBRATED
    blank = {"bias": 0.0, "weights": dict.fromkeys(UNCALIBRATED.sentences.names, 0.0)}
    whole = {"bias": 0.0, "weights": dict.fromkeys(UNCALIBRATED.questions.names, 0.0)}
    record = {"version": "calibration-x", "sentences": blank, "questions": whole}
    path = keep_calibration(record, "m-1", folder, data)
    assert open_calibration("m-1", folder, data).decision.version == "calibration-x"
    assert open_calibration("m-2", folder, data).stale == path
    path.write_text(path.read_text(encoding="utf-8").replace("0.0", "0.5", 1), encoding="utf-8")
    with pytest.raises(CalibrationInvalid, match="calibrate"):
        open_calibration("m-1", folder, data)


def test_where_the_models_folder_takes_no_files_the_data_directory_does(tmp_path: Path) -> None:
    folder = tmp_path / "not a folder"
    folder.write_text("")
    path = keep_calibration({"version": "x"}, "m-1", folder, tmp_path / "data")
    assert path == tmp_path / "data" / ASIDE / "m-1.json"
