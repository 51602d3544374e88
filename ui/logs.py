"""Logs for machines: one JSON object a line, never with anything that was asked or stored.

A record may carry facts of its own (`log.info("request", extra={"facts": {…}})`): numbers, codes,
names of routes. Paths and bodies of requests are not among them.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any


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


def log_to_stderr(level: int = logging.INFO) -> None:
    """Have our loggers write JSON lines to standard error, and those of the server its worries."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    for name, least in (("youju", level), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(least)
        logger.propagate = False
