"""Mixed Chinese/English tokens, as the published scripts of CMRC 2018 and ExpMRC cut them.

Han characters and the listed marks are tokens by themselves. What stands between them is cut as
those scripts have NLTK's `word_tokenize` do it (Bird & Loper, 2004), by the rules of the Penn
Treebank: a straight quotation mark becomes two characters, a decimal point stays in its number.
"""

from __future__ import annotations

import re

MARKS = frozenset("-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")
"""The scripts also list `……`, which no single character is: it is no mark of theirs."""

_HAN_OR_MARK = re.compile("([" + "\u4e00-\u9fa5" + re.escape("".join(sorted(MARKS))) + "])")
_APART = (
    (r"[«‘„]", r" \g<0> "),
    (r'^"', "`` "),
    (r"""(?<=[ (\[{<])(?:"|'')""", " `` "),
    (r"""(?<=[^.])\.(?=[\])}>"'» ]*$)""", " . "),
    (r",(?=\D)|,$", " , "),
    (r"\.{2,}|[;@#$%&?!]", r" \g<0> "),
    (r"(?<=[^'])'(?= )", " ' "),
    (r"[\]\[(){}<>]", r" \g<0> "),
    (r"»|''", r" \g<0> "),
    (r'"', " '' "),
    (r"(?i)(?<=[^' ])(?:'(?:s|m|d|ll|re|ve)?|n't)(?=\s|$)", r" \g<0>"),
)
"""What is set apart from the words around it, in the order in which it is."""
_SET_APART = tuple((re.compile(pattern), spaced) for pattern, spaced in _APART)


def segment(text: str) -> list[str]:
    """Tokens of `text`, marks included: `segment("共20.5万(Ab)")` is 共, 20.5, 万, (, Ab, )."""
    tokens: list[str] = []
    for part in _HAN_OR_MARK.split(text):
        tokens.extend([part] if _HAN_OR_MARK.fullmatch(part) else _words(part))
    return tokens


def without_marks(text: str) -> str:
    """`text` in lower case, without the listed marks and the white space around it."""
    return "".join(character for character in text.lower().strip() if character not in MARKS)


def _words(text: str) -> list[str]:
    for pattern, spaced in _SET_APART:
        text = pattern.sub(spaced, text)
    return text.split()
