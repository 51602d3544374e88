"""The decision that was fitted for a reader of the user's choice, kept beside it.

`youju calibrate` fits it on the user's own questions. Until then what the model says is believed as
it is: a sentence as far as the reader has it for evidence, a question as its best sentence.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag.errors import CalibrationInvalid
from rag.errors.disk import file_error
from rag.errors.reasons import why
from rag.evidence.decision import QUESTION_READINGS, SENTENCE_READINGS, Decision, digest_of
from rag.files.whole import replacing
from rag.models.hub import CALIBRATION
from rag.models.logistic import LogisticModel

ASIDE = "calibrations"
"""Folder of the data directory for readers whose own folder takes no files."""


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A decision, and where it comes from.

    Attributes:
        path: of the calibration; None where there is none for this reader.
        stale: a calibration that was fitted for other files than the reader's.
    """

    decision: Decision
    path: Path | None = None
    stale: Path | None = None


def _as_it_is() -> Decision:
    def model(names: tuple[str, ...], **chosen: float) -> LogisticModel:
        return LogisticModel(names, np.asarray([chosen.get(name, 0.0) for name in names]), 0.0)

    return Decision(
        model(SENTENCE_READINGS, evidence=1.0, features=0.25),
        model(QUESTION_READINGS, best=1.0),
        "uncalibrated",
    )


UNCALIBRATED = _as_it_is()


def open_calibration(reader: str, folder: Path, data_dir: Path) -> Calibrated:
    """The decision fitted for a reader, or the one that believes it as it is.

    Args:
        reader: its fingerprint.
        folder: where its files lie.
        data_dir: of the library.

    Raises:
        CalibrationInvalid: there is one, and it is damaged.
    """
    stale = None
    for path in _places(reader, folder, data_dir):
        if not path.is_file():
            continue
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["reader"] == reader:
                return Calibrated(Decision.of(record), path)
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CalibrationInvalid(path=path, reason=why(error)) from error
        stale = path
    return Calibrated(UNCALIBRATED, stale=stale)


def keep_calibration(record: Mapping[str, Any], reader: str, folder: Path, data_dir: Path) -> Path:
    """Write a calibration beside the reader, or into the data directory; where it lies.

    Raises:
        StorageFull, StorageFailed, LibraryReadOnly: neither takes files.
    """
    said = {"reader": reader, **record}
    said["sha256"] = digest_of(said)
    text = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    beside, aside = _places(reader, folder, data_dir)
    try:
        return _written(beside, text)
    except OSError:  # a model's folder may belong to somebody else
        pass
    try:
        return _written(aside, text)
    except OSError as error:
        raise file_error(aside, error) from error


def _places(reader: str, folder: Path, data_dir: Path) -> Iterator[Path]:
    yield folder / CALIBRATION
    yield data_dir / ASIDE / f"{reader}.json"


def _written(path: Path, text: str) -> Path:
    with replacing(path, forced=False) as part:
        part.write_text(text, encoding="utf-8")
    return path
