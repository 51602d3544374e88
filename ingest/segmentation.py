"""Lines → blocks, each with its kind, and where on the page an article starts.

Marked files (`#` headings) are trusted. In plain files a short line is a heading only where its
neighbours say so: a byline or dateline after it starts an article; anything less is a section, so
that a plain document stays one article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from ingest.bylines import dateline_names, is_dateline_alone, read_affiliation, read_byline
from ingest.lines import Line, ends_sentence
from ingest.metadata import Metadata, metadata_from_folio
from rag.documents import Span, cut_spans
from rag.text import has_han


class Kind(Enum):
    """What a block is on the page."""

    TEXT = auto()
    TITLE = auto()  # starts an article
    SECTION = auto()  # a heading inside an article
    SUBTITLE = auto()  # `——副题` below a title
    BOX = auto()  # `链接>>>`
    BYLINE = auto()
    DATELINE = auto()  # `本报某地5月3日电` on a line of its own
    AFFILIATION = auto()
    ROLE = auto()  # `主持人`, `嘉宾`
    PERSON = auto()  # `张三 某大学教授`
    CAPTION = auto()
    FOLIO = auto()
    FURNITURE = auto()  # editors' credits, hot lines, jump lines, rules


@dataclass(frozen=True, slots=True)
class Block:
    """One or more lines that belong together.

    Attributes:
        text, spans: as in `Paragraph`; a heading's are without its `#`.
        level: of a marked heading, 1–6; 0 for all else.
        gap: an empty line stands before it.
        names: of a byline or dateline, or the one affiliation.
        starts: an article starts here.
        jumps_out, jumps_in: the page says `下转…版` after it, or `上接…版` before it.
    """

    kind: Kind
    text: str
    spans: tuple[Span, ...]
    level: int = 0
    gap: bool = False
    names: tuple[str, ...] = ()
    certain: bool = True
    starts: bool = False
    jumps_out: bool = False
    jumps_in: bool = False
    folio: Metadata | None = None


_MARKED = re.compile(r"(#{1,6})\s*(.*?)\s*#*")
_RULE = re.compile(r"[\s=\-_*~—─━﹏…·.＊]{3,}")
_BOX_NAMES = (
    "链接|相关链接|新闻链接|延伸阅读|延伸链接|名词解释|小贴士|小知识|知识链接|知识窗|新闻背景|背景链接|"
    "背景资料|资料链接|相关新闻|名词|词条|人物名片|人物简介|名片|新闻多一点|数据|数读|记者手记|编后|采访札记"
)
_BOX = re.compile(rf"[【\[■◆●▲★☆\s]*(?:{_BOX_NAMES})[】\]\s]*[>》〉＞→▶:：]*")
_BOX_ARROWS = re.compile(r"\s*[>》〉＞→▶]{2,}\s*$")
_ROLES = (
    "主持人?|嘉宾|(?:本期|特邀|专访|访谈|对话|与会|点评)嘉宾|嘉宾主持|对话人|访谈人|受访(?:人|者|专家|嘉宾)|"
    "采访(?:人|者)|被采访(?:人|者)|对谈人|圆桌嘉宾|与谈人|讲述人|口述|(?:本期|特约)专家|策划人?|整理"
)
_ROLE = re.compile(rf"[□■◆●▲【\[]?\s*(?P<role>{_ROLES})[】\]]?\s*[:：]?")
_ROLE_WITH_PERSON = re.compile(
    rf"[□■◆●▲【\[]?\s*(?P<role>{_ROLES})[】\]]?\s*(?:[:：]\s*|[\s\u3000]+)(?P<person>\S.{{1,60}})"
)
_PERSON = re.compile(
    r"(?P<name>[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]·?[\u4e00-\u9fff·]{2,12}"
    r"|[\u4e00-\u9fff][ \u3000][\u4e00-\u9fff])"
    r"(?:[ \u3000]+|[（(，,:：—-]+)(?P<post>[^。！？；]{2,60}?)[）)]?"
)
_CREDIT_NAMES = (
    "责任编辑|责编|美术编辑|美编|版式|版式设计|校对|检校|审校|审读|主编|副主编|执行主编|值班编委|值班主任|总值班|"
    "图编|图片编辑|组版|视觉|视觉设计|统筹|编审|监制|策划|本版编辑|本版责编|编辑|终审|制图|制版|漫画|插图|排版|电编"
)
_CREDIT = re.compile(
    rf"(?:本版|本期|今日)?(?:{_CREDIT_NAMES})[/／、\s\u3000]*(?:{_CREDIT_NAMES})?[:：\s\u3000/／|丨].{{1,50}}"
)
_HOTLINE = re.compile(
    r"(?:本报|本版|新闻|读者|投稿|爆料|发行|广告|订报|编辑部|值班)(?:热线|电话|邮箱|信箱|微信|地址|投稿)*"
    r"(?:热线|电话|邮箱|信箱|微信|QQ)\s*[:：].{4,80}|(?:E-?mail|电子邮箱|邮箱|投稿邮箱)\s*[:：]\s*\S+@\S+",
    re.IGNORECASE,
)
_PAGE_NUMBER = r"\s*第?\s*[A-Z]?\d{0,3}[一二三四五六七八九十]{0,3}\s*版"
_JUMP_OUT = (
    rf"[（(【\[▼▲►]*\s*(?:下转|转|续见|详见|下接){_PAGE_NUMBER}[^（）()。]{{0,24}}[）)】\]▼▲►]*"
)
_JUMP_IN = rf"[（(【\[▼▲◄]*\s*(?:上接|紧接|接|续){_PAGE_NUMBER}[^（）()。]{{0,40}}[）)】\]▼▲◄]*"
_JUMP_OUT_END = re.compile(rf"(?<=.)\s*(?=[（(【\[▼▲►]){_JUMP_OUT}$")
_JUMP_IN_START = re.compile(rf"(?=[（(【\[▼▲◄]){_JUMP_IN}\s*(?=.)")
_JUMP_OUT_LINE = re.compile(_JUMP_OUT)
_JUMP_IN_LINE = re.compile(_JUMP_IN)
_CAPTION = re.compile(
    r"(?:[▲▼◄►↑↓←→△◀▶]\s*\S.{3,150}|(?:图为|图①|图②|图片?说明|上图|下图|左图|右图|题图|组图|资料图|配图)[:：为，\s①②].{2,150})"
    r"|.{4,120}(?:(?:记者|通讯员|特约)\s*\S{2,8}\s*摄|\s\S{2,4}\s*[/／]?摄|资料图片?|供图|新华社发|视觉中国)[）)]?"
)
_SUBTITLE = re.compile(r"(?:——|--|──|—)\s*[^—].{2,60}")
_NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十\d]{1,3}[章节部分]"
    r"|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.．\s])"
)
_UNTITLED_END = re.compile(r"[，,、；;：:。…]$")
_SHORT = 34
_LONG_TEXT = 30


def read_blocks(lines: Sequence[Line]) -> list[Block]:
    """Every line with its kind; headings are settled by what stands around them."""
    blocks = [_classify(line) for line in lines]
    marked = any(block.level for block in blocks)
    blocks = _people(_uncertain_bylines(blocks))
    return _starts(_marked_headings(blocks) if marked else _plain_headings(blocks))


def person_on(text: str) -> tuple[str, str] | None:
    """Name and post on a line such as `张三 某大学教授`."""
    match = _PERSON.fullmatch(text)
    if not match:
        return None
    return re.sub(r"[ \u3000]", "", match.group("name")), match.group("post").strip()


def role_on(text: str) -> tuple[str, str | None] | None:
    """The role that a line gives (`主持人`), and the person where the line names one too."""
    if match := _ROLE.fullmatch(text):
        return match.group("role"), None
    match = _ROLE_WITH_PERSON.fullmatch(text)
    if match and len(text) <= 60 and not re.search(r"[。！？；]", text):
        return match.group("role"), match.group("person")
    return None


def _classify(line: Line) -> Block:
    text, spans = line.text, line.spans
    level = 0
    if len(spans) == 1 and (match := _MARKED.fullmatch(text)) and match.group(2):
        level = len(match.group(1))
        start = spans[0].start + match.start(2)
        text, spans = match.group(2), (Span(start, start + len(match.group(2))),)
    block = Block(Kind.TEXT, text, spans, level, line.gap)
    if furniture := _furniture(block):
        return furniture
    if _BOX.fullmatch(text) and len(text) <= 16:
        return replace(block, kind=Kind.BOX)
    if level:
        return replace(block, kind=Kind.BOX if _BOX_ARROWS.search(text) else Kind.SECTION)
    return _credit_line(block) or _jumps(block)


def _furniture(block: Block) -> Block | None:
    """Folios, rules, jump lines and the paper's own credits, which no article owns."""
    text = block.text
    if folio := metadata_from_folio(text):
        return replace(block, kind=Kind.FOLIO, folio=folio)
    if len(text) > 100:
        return None
    if _JUMP_OUT_LINE.fullmatch(text):
        return replace(block, kind=Kind.FURNITURE, jumps_out=True)
    if _JUMP_IN_LINE.fullmatch(text):
        return replace(block, kind=Kind.FURNITURE, jumps_in=True)
    credit = _CREDIT.fullmatch(text) and not ends_sentence(text) and len(text) <= 60
    if _RULE.fullmatch(text) or credit or _HOTLINE.fullmatch(text):
        return replace(block, kind=Kind.FURNITURE)
    return None


def _credit_line(block: Block) -> Block | None:
    """Lines about people: affiliations, bylines, roles, captions."""
    text = block.text
    if unit := read_affiliation(text):
        return replace(block, kind=Kind.AFFILIATION, names=(unit,))
    if role := role_on(text):
        return replace(block, kind=Kind.ROLE if role[1] is None else Kind.PERSON)
    if byline := read_byline(text):
        return replace(block, kind=Kind.BYLINE, names=byline.names, certain=byline.certain)
    if is_dateline_alone(text):
        return replace(block, kind=Kind.DATELINE, names=dateline_names(text) or ())
    if _SUBTITLE.fullmatch(text) and not ends_sentence(text):
        return replace(block, kind=Kind.SUBTITLE)
    return replace(block, kind=Kind.CAPTION) if _CAPTION.fullmatch(text) else None


def _jumps(block: Block) -> Block:
    """Text without the jump notes at its ends."""
    start, end = 0, len(block.text)
    if match := _JUMP_IN_START.match(block.text):
        start = match.end()
    if match := _JUMP_OUT_END.search(block.text[max(start, end - 60) :]):
        end = match.start() + max(start, end - 60)
    if (start, end) == (0, len(block.text)) or start >= end:
        return block
    return replace(
        block,
        text=block.text[start:end],
        spans=cut_spans(block.spans, start, end),
        jumps_in=start > 0,
        jumps_out=end < len(block.text),
    )


def _uncertain_bylines(blocks: list[Block]) -> list[Block]:
    """A line of bare names is a byline only between a heading and a paragraph of some length."""
    settled: list[Block] = []
    for n, block in enumerate(blocks):
        if block.kind is Kind.BYLINE and not block.certain:
            before, after = settled[-1] if settled else None, _at(blocks, n + 1)
            heading = before and (before.level or before.kind is Kind.SUBTITLE or _short(before))
            body = after and after.kind is Kind.TEXT and len(after.text) >= _LONG_TEXT
            if not (heading and body):
                block = replace(block, kind=Kind.TEXT, names=())  # noqa: PLW2901
        settled.append(block)
    return settled


def _people(blocks: list[Block]) -> list[Block]:
    """Lines after a role that name a person and a post."""
    settled: list[Block] = []
    listing = False
    for block in blocks:
        if block.kind in {Kind.ROLE, Kind.PERSON}:
            listing = True
        elif listing and block.kind in {Kind.TEXT, Kind.BYLINE} and _is_person(block):
            block = replace(block, kind=Kind.PERSON, names=())  # noqa: PLW2901
        else:
            listing = False
        settled.append(block)
    return settled


def _is_person(block: Block) -> bool:
    bare_name = block.kind is Kind.BYLINE and len(block.text) <= 8
    return bare_name or (len(block.text) <= 64 and person_on(block.text) is not None)


def _marked_headings(blocks: list[Block]) -> list[Block]:
    """`#` headings of the top level start articles, the others sections."""
    headings = [block for block in blocks if block.kind is Kind.SECTION]
    tops = [block for block in headings if block.level == 1]
    titled = [
        n for n, block in enumerate(blocks) if block.kind is Kind.SECTION and _signed(blocks, n)
    ]
    numbered = sum(1 for block in tops if _NUMBERED.match(block.text))
    result = []
    for n, block in enumerate(blocks):
        top = block.level == 1 and not (numbered >= 2 and _NUMBERED.match(block.text))
        first = bool(headings) and block is headings[0]
        marked = block.kind is Kind.SECTION and (top or first or n in titled)
        lost_mark = block.kind is Kind.TEXT and _short(block) and block.gap and _signed(blocks, n)
        result.append(replace(block, kind=Kind.TITLE) if marked or lost_mark else block)
    return result


def _plain_headings(blocks: list[Block]) -> list[Block]:
    """Short lines as titles or sections, where no line is marked."""
    result: list[Block] = []
    first = True
    for n, block in enumerate(blocks):
        if block.kind is Kind.TEXT and _short(block):
            if (first and _at(blocks, n + 1)) or _signed(blocks, n):
                block = replace(block, kind=Kind.TITLE)  # noqa: PLW2901
            elif _stands_over_text(blocks, n):
                block = replace(block, kind=Kind.SECTION)  # noqa: PLW2901
        first = first and block.kind in {Kind.FOLIO, Kind.FURNITURE}
        result.append(block)
    return result


def _short(block: Block) -> bool:
    """Whether a line could be a heading by its own looks."""
    text = block.text
    return (
        len(text) <= _SHORT
        and (has_han(text) or text[0].isalnum())
        and not _UNTITLED_END.search(text)
        and sum(map(str.isalnum, text)) >= 2
    )


def _signed(blocks: Sequence[Block], n: int) -> bool:
    """Whether a byline or dateline follows the heading, over further heading lines at most."""
    for ahead in blocks[n + 1 : n + 4]:
        if ahead.kind in {Kind.BYLINE, Kind.DATELINE}:
            return True
        if ahead.kind is Kind.TEXT and dateline_names(ahead.text) is not None:
            return True
        over = ahead.kind in {Kind.SUBTITLE, Kind.TEXT} and _short(ahead) and not ahead.level
        if not over:
            return False
    return False


def _stands_over_text(blocks: Sequence[Block], n: int) -> bool:
    """Whether a short line is set apart from what is before it and has a paragraph below it."""
    before, block, after = _at(blocks, n - 1), blocks[n], _at(blocks, n + 1)
    if not after or after.kind is not Kind.TEXT or len(after.text) < _LONG_TEXT or _short(after):
        return False
    if before and before.kind is Kind.TEXT and not ends_sentence(before.text):
        return False  # more likely the rest of a broken sentence
    return block.gap or _NUMBERED.match(block.text) is not None


def _starts(blocks: list[Block]) -> list[Block]:
    """Mark where articles start: titles, bylines and datelines without a title before them."""
    result: list[Block] = []
    has_body, open_end = False, False
    for n, block in enumerate(blocks):
        following = _at(blocks, n + 1)
        if block.kind in {Kind.TITLE, Kind.DATELINE}:
            starts = has_body
        elif block.kind is Kind.BYLINE:
            body = following and following.kind is Kind.TEXT and len(following.text) >= _LONG_TEXT
            starts = has_body and bool(body)
        else:
            starts = block.kind is Kind.TEXT and has_body and not open_end
            starts = starts and _is_brief(block, result)
        has_body = has_body and not starts
        if block.kind in {Kind.TEXT, Kind.PERSON}:
            has_body, open_end = True, not ends_sentence(block.text)
        result.append(replace(block, starts=True) if starts else block)
    return result


def _is_brief(block: Block, before: Sequence[Block]) -> bool:
    """A news item without a headline: a dateline of its own, not below a heading."""
    heading = before and before[-1].kind in {
        Kind.SECTION,
        Kind.TITLE,
        Kind.SUBTITLE,
        Kind.BYLINE,
        Kind.DATELINE,
        Kind.BOX,
    }
    return not heading and dateline_names(block.text) is not None


def _at(blocks: Sequence[Block], n: int) -> Block | None:
    return blocks[n] if 0 <= n < len(blocks) else None
