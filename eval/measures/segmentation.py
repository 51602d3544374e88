"""Mixed Chinese/English tokens, as the CMRC 2018 and ExpMRC measures define them.

Han characters and the listed marks are tokens by themselves; what stands between them is cut
into words and single marks as an English tokenizer would.
"""

from __future__ import annotations

import re

MARKS = frozenset("-:_*^/\\~`+=，。：？！“”；’《》…·、「」（）－～『』")

_TOKEN = re.compile(r"[\u4e00-\u9fa5]|[^\W\u4e00-\u9fa5_]+(?:[.'][^\W\u4e00-\u9fa5_]+|,\d+)*|\S")


def segment(text: str) -> list[str]:
    """Tokens of `text`, marks included: `segment("共20.5万(Ab)")` is 共, 20.5, 万, (, Ab, )."""
    return _TOKEN.findall(text)


def without_marks(text: str) -> str:
    """`text` in lower case, without the listed marks and the white space around it."""
    return "".join(character for character in text.lower().strip() if character not in MARKS)
