"""Logs for machines: one JSON object a line, never with anything that was asked or stored.

A record may carry facts of its own (`log.info("request", extra={"facts": {…}})`): numbers, codes,
names of routes. Paths and bodies of requests are not among them.
"""

from __future__ import annotations

import json
import logging
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

_LARGEST = 2 << 20


class JsonLines(logging.Formatter):
    """`{"at", "level", "logger", "event", …}`; of an exception, its kind and where it arose."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])
            line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        return json.dumps(line, ensure_ascii=False)


class _LogFile(RotatingFileHandler):
    """A file that nobody has to tend; where it cannot be written, nothing is said of it."""

    def __init__(self, file: Path) -> None:
        super().__init__(file, maxBytes=_LARGEST, backupCount=1, encoding="utf-8", delay=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, if there is a place for it."""
        with suppress(OSError):
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """A full disk is no reason to write over what the terminal shows."""


def check_writable(file: Path) -> None:
    """Open a log file once, and leave none behind that was not there.

    Raises:
        OSError: nothing can be written there.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    there = file.exists()
    file.open("a", encoding="utf-8").close()
    if not there:
        file.unlink()


def log_to(file: Path | None = None, level: int = logging.INFO) -> None:
    """Have our loggers write JSON lines, and those of the server its worries.

    Args:
        file: kept below a few megabytes, made when there is something to write; None: standard
            error.
        level: the least that is written.
    """
    handler: logging.Handler = logging.StreamHandler() if file is None else _LogFile(file)
    handler.setFormatter(JsonLines())
    for name, least in (("youju", level), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        for old in logger.handlers:
            old.close()
        logger.handlers = [handler]
        logger.setLevel(least)
        logger.propagate = False
