"""The languages of the pages: Chinese, and English by catalogue.

Whatever people read is written in Chinese where it is used; that text is also what a catalogue
(`english/*.po`) knows its English by. Scripts and HTML files are looked through when they are
served (`files.py`), Python says `_`. What is quoted or answered stays Chinese, and says so.
"""

from ui.language.catalogue import english
from ui.language.current import Language, current

__all__ = ["Language", "_", "current", "in_chinese", "message"]


def _(text: str, *values: object) -> str:
    """`text` in the language of the request, its `{}` filled in with `values`."""
    spoken = english().get(text, text) if current() == "en" else text
    return spoken.format(*values) if values else spoken


def message(text: str) -> str:
    """Marks what is said later, by way of `_`, as one of the messages."""
    return text


def in_chinese() -> str:
    """The attribute of an element that stays Chinese on a page in another language."""
    return "" if current() == "zh" else ' lang="zh-CN"'
