"""What a form could not take along, counted by question."""

from __future__ import annotations

from collections import Counter

_SAID = {
    "history": "前面问过的话",
    "forbidden": "不该出现的内容",
    "type": "类型",
    "groups": "第二组起的答案",
    "unplaced": "答案在证据里的位置（证据里没有这些字）",
    "relevant": "相关文章的编号",
    "filters": "筛选条件",
    "answers": "答案",
    "evidence": "证据",
    "answerable": "是否可答",
    "extra": "其他字段",
    "long": "超出单元格上限的部分",
    "unanswerable": "不可答的题（整题略过）",
}


class Losses:
    """Counts questions that lost something."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def note(self, what: str, lost: bool) -> None:
        """Count one question that loses `what`, if it does."""
        self._counts[what] += lost

    def messages(self) -> list[str]:
        """A line for each kind that was lost."""
        return [f"{n} 题没有写进：{_SAID[what]}" for what, n in self._counts.items() if n]

    def to_json(self) -> dict[str, int]:
        """Questions that lost something, by what."""
        return {what: n for what, n in self._counts.items() if n}
