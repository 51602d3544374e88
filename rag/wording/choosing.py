"""What people are told of a chooser elsewhere: that text goes there, and what came of it."""

from __future__ import annotations

from rag.data_model.answers import Receipt
from rag.settings.model_sections import ChooserSettings

_CAME_OF_IT = {
    "chosen": "句子由 {chooser} 挑选",
    "none": "{chooser} 认为没有一句能回答",
    "timeout": "{chooser} 超时，改由本机挑选",
    "down": "{chooser} 连不上或出错，改由本机挑选",
    "rejected": "{chooser} 不受理，改由本机挑选",
    "garbage": "{chooser} 答非所问，改由本机挑选",
    "wrong_ids": "{chooser} 给的编号都不存在，改由本机挑选",
    "budget": "{chooser} 今天的次数用完了，改由本机挑选",
    "resting": "{chooser} 接连失败，暂不再问，由本机挑选",
}


def away_note(settings: ChooserSettings) -> str:
    """That text leaves the machine, and to where; empty where it does not."""
    if not settings.url:
        return ""
    if settings.stays_here:
        return (
            f"提问时，问题和查到的句子会交给本机上的另一个程序 {settings.place}"
            f"（模型 {settings.model}）挑选，它会不会再往外发，要看那个程序；"
            "引文仍逐字出自你的文章。"
        )
    return (
        f"提问时，问题和查到的句子会离开本机，发往 {settings.place}（模型 {settings.model}），"
        "由它挑选；引文仍逐字出自你的文章。"
    )


def choice_note(receipt: Receipt) -> str:
    """What came of asking a chooser; empty where none was asked."""
    return _CAME_OF_IT.get(receipt.choice, "").format(chooser=receipt.chooser)


def failure_words(choice: str) -> str:
    """Why a service gave nothing: `超时`."""
    return _CAME_OF_IT[choice].partition("，")[0].format(chooser="").strip()
