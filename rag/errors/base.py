"""What every error is: a code, a message, a hint, an HTTP status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class YoujuError(Exception):
    """Base of all errors shown to people.

    Args:
        **context: values for the placeholders of `message` and `hint`.
    """

    code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 2
    message: ClassVar[str] = "出了意外的错误。"
    hint: ClassVar[str] = "请重试；若仍出错，请运行 youju doctor。"

    def __init__(self, **context: object) -> None:
        self.context = context
        self.message_zh = self.message.format(**context)
        self.hint_zh = self.hint.format(**context)
        super().__init__(f"{self.message_zh}（{self.code}）{self.hint_zh}")

    def as_dict(self) -> dict[str, str]:
        """The wire form, the same for HTTP and `--json`."""
        return {"code": self.code, "message_zh": self.message_zh, "hint": self.hint_zh}

    @staticmethod
    def from_dict(record: Mapping[str, str]) -> YoujuError:
        """The inverse of `as_dict`, for an error that another process met."""
        kind = _kind_of(record["code"], YoujuError) or YoujuError
        error = kind.__new__(kind)
        error.context = {}
        error.message_zh, error.hint_zh = record["message_zh"], record["hint"]
        error.args = (f"{error.message_zh}（{record['code']}）{error.hint_zh}",)
        return error


def _kind_of(code: str, base: type[YoujuError]) -> type[YoujuError] | None:
    if vars(base).get("code") == code:
        return base
    found = (_kind_of(code, kind) for kind in base.__subclasses__())
    return next((kind for kind in found if kind), None)


class InputError(YoujuError):
    """What the caller gave cannot be used."""

    code = "bad_input"
    http_status = 422
