"""Where sentences end, and where a mark that could end one does not.

A mark inside an address, an abbreviation, a name such as `Yahoo!` or a title in 《》 ends nothing.
Direct speech goes on to the words that say whose it is: `“路修好了！”老周说。`
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from rag.data_model.documents import Span

# After 。！？… (or their half-width forms), with the closing quotes that follow, and at a line's
# end. A full stop between digits or Latin letters does not end one.
_END = re.compile(
    r"(?:[。！？!?…]+|(?<=[a-zA-Z]{2})\.(?=\s|$))(?P<close>[”’」』）)》〉\]】\"']*)|\n+",
)
_INTERJECTIONS = (
    "Hello|Hi|Hey|Oh|Ah|Wow|Yes|No|Good|Great|Come|Go|Stop|Thanks|Thank|Bravo|Happy|Nice|Cool|Help"
    "|Look|Bye|Sorry|Please|Ok|Okay|Yeah|Well|Congratulations|Welcome"
)
_WHOLE = re.compile(
    r"(?P<address>(?<![A-Za-z])(?:https?|ftp)://[!-~]+"
    r"|(?<![A-Za-z0-9._%+\-])[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+"
    r"|(?<![A-Za-z0-9.\-])[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63})+(?:/[!-~]*|\?[!-~]+=[!-~]*)?)"
    r"|(?<![A-Za-z])(?:Yahoo|Jeopardy|Joomla|Kahoot|Wham|Mamma Mia|Oliver)!(?=\s?\S)"
    rf"|(?<![A-Za-z])(?!(?:{_INTERJECTIONS})!)[A-Z][a-z][A-Za-z]{{0,18}}!(?=[\u4e00-\u9fff])"
    r"|[A-Za-z0-9][!?]+(?=[A-Za-z0-9=])"
    r"|(?<![A-Za-z])(?:[Nn]os?|Vol|vol|Figs?|Art|Sec|Eq|pp)\.(?=\s?[A-Z#]{0,2}\d)"
    r"|(?<![A-Za-z])(?:Mr|Mrs|Ms|Dr|Prof|St|Mt|vs|cf|Messrs)\.(?=\s?\S)"
    r"|(?<![A-Za-z])(?:Co|Ltd|Inc|Corp|Jr|Sr|etc|Bros|Dept|Univ|al)\."
    r"(?=[ \t]*[^\sA-Z]|[ \t]+[A-Z][A-Za-z]*\.)"
    r"|《[^《》\n]{1,60}》|〈[^〈〉\n]{1,60}〉"
)
_AFTER_ADDRESS = ".,;:!?)]}>'\""
_QUOTES = frozenset('”’」』"')
_SAYS = (
    "说|称|问|答|喊|叫|讲|説|說|問|(?:说|笑|答|问|喊|叹|写|赞|唱|叫|骂|哭|补充|解释|介绍|感慨|感叹|回答|强调|回忆)道"
    "|表示|介绍|认为|觉得|指出|提醒|建议|强调|回应|解释|坦言|直言|透露|补充|呼吁|感慨|感叹|回忆|回答|反问|追问|提问"
    "|喃喃自语|自言自语|念叨|叮嘱|嘱咐|笑言|表態|指稱"
)
_SPEAKER = re.compile(
    rf"(?!据|據|有人|此前|随后|对此|另外)[^，。！？；：、“”‘’「」『』《》（）\s]{{1,18}}?(?:{_SAYS})(?:了|着|过)?"
    r"(?=[，。：:！？；,“「\n]|$)"
)
_GOES_ON = re.compile(
    r"[，、；：,;:。]|的(?![确士])|等(?=[，。、人字口标话一])|之[类声问称]|这样[的一]|这种|字样|一[词句声类]|几个"
)
_MARKS = re.compile(r"[^\w\n]")


def sentence_ends(text: str) -> Iterator[int]:
    """Where the sentences of `text` end, in order; not its own end. Linear in its length."""
    for match, ends in _marks(text):
        if ends:
            yield match.end()


def without_inner_ends(text: str) -> str:
    """`text` with letters for the marks that end nothing: as long, and safe to cut at marks."""
    pieces: list[str] = []
    at = 0
    for span in sorted([*whole_words(text), *_inner_ends(text)], key=lambda span: span.start):
        start = max(span.start, at)
        if start < span.end:
            pieces += [text[at:start], _MARKS.sub("x", text[start : span.end])]
            at = span.end
    return "".join([*pieces, text[at:]])


def whole_words(text: str) -> list[Span]:
    """Addresses, abbreviations, names and titles in which no sentence ends, in order."""
    spans = []
    for match in _WHOLE.finditer(text):
        end = match.end()
        if match["address"]:
            end = match.start() + len(match[0].rstrip(_AFTER_ADDRESS))
        if end > match.start():
            spans.append(Span(match.start(), end))
    return spans


def _inner_ends(text: str) -> Iterator[Span]:
    for match, ends in _marks(text):
        if not ends:
            yield Span(*match.span())


def _marks(text: str) -> Iterator[tuple[re.Match[str], bool]]:
    """Every mark that could end a sentence, and whether it does."""
    whole = whole_words(text)
    starts = [span.start for span in whole]
    for match in _END.finditer(text):
        at = bisect_right(starts, match.start()) - 1
        inside = at >= 0 and match.start() < whole[at].end
        yield match, not inside and not _goes_on(text, match)


def _goes_on(text: str, match: re.Match[str]) -> bool:
    """Whether the sentence goes on behind a closing quote or bracket."""
    closed = match["close"]
    if not closed:
        return False
    if _GOES_ON.match(text, match.end()):
        return True
    return closed[-1] in _QUOTES and _SPEAKER.match(text, match.end()) is not None
