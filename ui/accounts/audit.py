"""Who did what, and when: lines of JSON that are only ever added, in files of a limited size.

What stands here was done, or was refused (`status`). Questions do not, unless the settings say so.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rag.library.storage import WriteLock, translated
from ui.accounts.store import FOLDER, dumped, now
from ui.language import _, message

EVENTS: Mapping[str, str] = {
    "login": message("登录"),
    "login_failed": message("登录失败"),
    "logout": message("退出"),
    "import": message("导入"),
    "correct": message("更正"),
    "shelve": message("移动、加减标签"),
    "collection": message("改文集"),
    "remove": message("移除"),
    "restore": message("恢复"),
    "purge": message("清空回收站"),
    "rebuild": message("重建索引"),
    "job": message("停下、重试或移除任务"),
    "evaluate": message("评测"),
    "settings": message("改设置"),
    "user_add": message("加用户"),
    "user_role": message("改角色"),
    "user_password": message("改密码"),
    "user_remove": message("移除用户"),
    "user_token": message("发令牌"),
    "user_token_revoke": message("收回令牌"),
    "share": message("分享"),
    "share_revoke": message("收回分享"),
    "data_export": message("导出自己的数据"),
    "data_delete": message("删除自己的数据"),
    "audit_read": message("下载操作记录"),
    "ask": message("提问"),
}
"""By what they are called in the log."""

FACTS: Mapping[str, str] = {
    "user": message("用户"),
    "to": message("改为"),
    "password": message("也改了密码"),
    "label": message("说明"),
    "number": message("编号"),
    "files": message("文件"),
    "articles": message("文章"),
    "filters": message("按条件"),
    "collection": message("文集"),
    "add_tags": message("加标签"),
    "remove_tags": message("去标签"),
    "name": message("名称"),
    "changes": message("改动"),
    "share": message("分享编号"),
    "anyone": message("不登录也能看"),
    "answers": message("几问"),
    "question": message("问"),
    "path": message("地址"),
    "conversations": message("对话"),
    "shares": message("分享"),
    "feedback": message("评价"),
    "question_sets": message("问题集"),
}
"""What is said of them, by what it is called in the log."""
_PLAIN: Mapping[object, str] = {True: message("是"), False: message("否"), None: "—"}


def told(record: Mapping[str, Any]) -> str:
    """A line as people read it, without who and when."""
    status = record.get("status", 200)
    refused = _("（没有成：{}）", status) if status >= 400 else ""
    parts = [f"{_(EVENTS.get(record['event'], record['event']))}{refused}"]
    for key, value in record.get("about", {}).items():
        values = value if isinstance(value, list) else [value]
        words = _("、").join(
            _(_PLAIN[one]) if isinstance(one, bool | None) else str(one) for one in values
        )
        parts.append(_("{}：{}", _(FACTS.get(key, key)), words))
    return "　".join(parts)


_FILE = "audit.jsonl"
_OLD = "audit-*.jsonl"
_MEBIBYTE = 1 << 20
_LONGEST, _MOST = 200, 20


class Audit:
    """The log of one data directory. Safe for many threads and for commands beside a server.

    Args:
        data_dir: of the library.
        limit_mb: of one file; a full one is put aside under the time.
        files: that are kept, the one that is written among them; older ones go.
    """

    def __init__(self, data_dir: Path, limit_mb: int = 5, files: int = 20) -> None:
        self._folder = data_dir / FOLDER
        self._path = self._folder / _FILE
        self._limit, self._files = limit_mb * _MEBIBYTE, files
        self._turn = threading.Lock()

    def note(
        self,
        event: str,
        who: str,
        about: Mapping[str, object] = MappingProxyType({}),
        *,
        role: str = "",
        status: int = 200,
        address: str = "",
    ) -> None:
        """Add a line; on disk when this returns.

        Args:
            event: one of `EVENTS`.
            who: did it.
            about: what it was done to; long texts and lists are cut.
            role: theirs, as they did it.
            status: of the reply; from 400 on it was refused.
            address: where it came from.

        Raises:
            StorageFull, StorageFailed, LibraryReadOnly, LibraryBusy: it cannot be written.
        """
        record: dict[str, object] = {"at": now(), "who": _short(who), "role": role}
        record |= {"event": event, "status": status, "from": address}
        record["about"] = {key: _short(value) for key, value in about.items()}
        line = dumped(record).encode() + b"\n"
        with self._turn, translated(self._path):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = WriteLock(self._folder / "audit.lock").acquire()
            try:
                self._rotate(len(line))
                self._append(line)
            finally:
                lock.release()

    def entries(self, limit: int = 200, event: str = "", who: str = "") -> list[dict[str, Any]]:
        """The latest lines, the latest first, of an event or of somebody if that is said."""
        found: list[dict[str, Any]] = []
        for file in reversed(self._all()):
            for line in reversed(_lines(file)):
                record = _read(line)
                right = record and event in {"", record["event"]} and who in {"", record["who"]}
                if record and right:
                    found.append(record)
                if len(found) >= limit:
                    return found
        return found

    def text(self) -> Iterator[bytes]:
        """All lines, the oldest first, as they lie there."""
        for file in self._all():
            yield from (line + b"\n" for line in _lines(file))

    def _all(self) -> list[Path]:
        """The files, the oldest first."""
        return [*sorted(self._folder.glob(_OLD)), self._path]

    def _rotate(self, more: int) -> None:
        size = self._path.stat().st_size if self._path.exists() else 0
        if not size or size + more <= self._limit:
            return
        seconds, fraction = divmod(time.time_ns(), 10**9)  # of one reading: names in time's order
        aside = f"audit-{time.strftime('%Y%m%d-%H%M%S', time.gmtime(seconds))}-{fraction:09}.jsonl"
        self._path.replace(self._folder / aside)
        old = sorted(self._folder.glob(_OLD))
        for file in old[: max(0, len(old) - self._files + 1)]:
            file.unlink()

    def _append(self, line: bytes) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab+", buffering=0) as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":  # what a crash cut short stays a line of its own
                    line = b"\n" + line
            file.write(line)
            os.fsync(file.fileno())


def _lines(file: Path) -> list[bytes]:
    try:
        return [line for line in file.read_bytes().split(b"\n") if line]
    except FileNotFoundError:
        return []


def _read(line: bytes) -> dict[str, Any] | None:
    """A line as it was written; None where a crash cut it short."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and {"at", "who", "event"} <= record.keys() else None


def _short(value: object) -> object:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
    if isinstance(value, list | tuple):
        told = [_short(one) for one in value[:_MOST]]
        return [*told, f"……共 {len(value)} 项"] if len(value) > _MOST else told
    return value
