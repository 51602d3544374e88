"""Who wrote it: bylines, datelines, affiliations, and the lists of editors, hosts and guests."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.lines.metadata import split_names
from rag.language.names import surnames

_HAN = "\u4e00-\u9fff"
_SURNAMES, _, _TWO = surnames()
# Without those that everyday words begin with: `□ 公告` names nobody.
_COMPOUND = "|".join(_TWO)
_NAME = (
    rf"(?:(?:{_COMPOUND})[{_HAN}]{{1,2}}|[{_SURNAMES}][{_HAN}]{{1,2}}"
    rf"|[{_SURNAMES}][ \u3000]+[{_HAN}])"
)
_FOREIGN = rf"[{_HAN}]{{1,8}}(?:[·•‧・][{_HAN}A-Z.]{{1,8}}){{1,3}}"
_ANY_NAME = re.compile(rf"[{_HAN}]{{2,5}}|[{_HAN}][ \u3000][{_HAN}]|{_FOREIGN}")
# What stands behind `记者` and `编辑` and is no name.
_NO_NAMES = re.compile(
    "手记|札记|观察|调查|报道|报导|获悉|了解|采访|来稿|来信|日记|视角|提问|推荐|问答|注意|发现|看到|从.*|在.*"
    "|对.*|与.*|为.*|向.*|按语|点评|连线|探访|走访|体验|见闻|心得|感言|之.*|的.*|们|节|证|会|招待会|协会|介绍|整理"
    "|署名|来源|稿件|文章|本报|.*(?:编辑部|记者站|摄影|综合|消息)"
)
_NAMES = rf"{_NAME}(?:[ \u3000、，,/]+(?:通讯员|记者|实习生)?[ \u3000]*{_NAME})*"
_ROLE = (
    f"(?:本报|本刊|本网|本社|新华社|特约|首席|见习|实习|驻[{_HAN}]{{1,6}}|全媒体|融媒体|中心|评论部)*"
    "(?:记者|通讯员|评论员|特派员|撰稿人|撰稿|特约作者|作者|实习生|编辑)"
)
_MARK = "[□■◇◆○●▲△☐◎◻▢]"
_TAIL = r"(?:[ \u3000]*(?:文[/／]?图|摄影报道|摄|文|图|报道|整理|采写)(?:[/／])?)?"
_MARKED_BYLINE = re.compile(
    rf"{_MARK}[ \u3000]*(?:{_ROLE})?[ \u3000:：]*(?P<names>[^，。！？；]{{2,30}}?){_TAIL}"
)
_ROLE_BYLINE = re.compile(
    rf"[（(]?(?:本[报刊网])?(?:《[^《》]{{1,16}}》[ \u3000]*)?(?P<role>{_ROLE}(?:[/／、]?{_ROLE})*)"
    rf"(?P<border>[ \u3000]*[:：]?[ \u3000]*)"
    rf"(?P<names>[^，。！？；：]{{2,36}}?){_TAIL}[）)]?"
)
_WORK_BYLINE = re.compile(
    r"[（(]?(?:文[/／]图|图[/／]文|文|撰文|采写|撰稿|作者|By|by|BY)(?:[/／:：|丨]|\s)\s*(?P<names>[^，。！？；]{2,36}?)"
    r"(?:\s+(?:图|摄影|图片)\s*[/／:：|丨]\s*(?P<pictures>.+?))?[）)]?"
)
_NAME_FIRST_BYLINE = re.compile(
    rf"[（(]?(?P<names>{_NAMES})[ \u3000]*"
    rf"(?:[/／][ \u3000]*(?:文图?|图文|摄影报道|报道|撰文)|[（(]{_ROLE}[）)])[）)]?"
)
_POST_BEHIND = re.compile(
    rf"(?P<names>{_NAMES})[ \u3000]*[·•|｜丨/／,，][ \u3000]*[{_HAN}]{{0,10}}{_ROLE}"
)
"""`石大川 · 某某财经记者`"""
_UNIT_END = re.compile(r"(?:组|部|室|社|报|网|中心|频道|院|校|局|委|办|台|所)$")
_NAMES_ONLY = re.compile(_NAMES)
_UNIT_MARKS = re.compile(rf"(?<=[{_HAN}])(?:[\d⁰¹²³⁴-⁹*＊†‡#][,，]?){{1,4}}(?=[，,、\s]|$)")
"""Behind a paper's authors: which of the units below they are of."""
_ROLE_WORDS = re.compile(rf"{_ROLE}|文[/／]?图|摄影报道|(?<![{_HAN}])(?:摄影|摄|报道)(?![{_HAN}])")
_ROLE_AROUND = re.compile("(?:摄影报道|摄影|摄|报道|整理|采写|文图)$")
_BRACKETED_NAMES = re.compile(rf"[（(][ \u3000]*(?P<names>{_NAMES})[ \u3000]*[）)]")
_CHECKBOXES = re.compile(rf"{_MARK}.*{_MARK}")
_LONGEST_CREDIT = 16
_PROVINCES = frozenset({"江苏", "江西", "安徽", "吉林", "宁夏", "甘肃"})
_ATTRIBUTION = re.compile(
    rf"[-—─]{{1,4}}[ \u3000]*(?:[（(【\[〔][{_HAN}]{{1,6}}[）)】\]〕][ \u3000]*[{_HAN}·]{{1,12}}"
    rf"|(?:[{_HAN}·]{{2,12}})?[ \u3000]*《[^《》]{{1,30}}》)(?:[ \u3000]*《[^《》]{{1,30}}》)?"
)
_DATELINE = re.compile(
    rf"(?:本报|本刊|本网|新华社|中新社|中新网|据)?[{_HAN}]{{0,12}}?(?:\d{{1,2}}月\d{{1,2}}日)?"
    rf"(?:讯|电)(?:[ \u3000]*[（(](?P<credits>[^）)]{{2,40}})[）)])?"
)
_DATELINE_START = re.compile(r"据?(?:本报|本刊|本网|本台|新华社|中新社|中新网|新华网|央视)")
_NEWS_LEAD = re.compile(
    r"据[^，。；：“”]{2,24}(?:消息|获悉)[，,]|(?:本报)?记者(?:昨日|昨天|今日|近日|日前)?从[^，。；]{2,24}(?:获悉|了解到)"
)
_CLOSING_CREDIT = re.compile(
    rf"[（(](?:{_ROLE})[ \u3000:：]*(?P<names>[^（）()，。]{{2,30}})[）)]$"
)
_AFFILIATION = re.compile(
    r"[（(【\[]?\s*(?:本文)?(?:第一)?(?:作者|译者|撰稿人|笔者)(?:单位|简介|介绍)?"
    r"(?:分别)?(?:[为系是]|均为|[:：])\s*[:：]?\s*(?P<unit>.+?)\s*[）)】\]]?"
)
_NAMED_AFFILIATION = re.compile(
    rf"[（(](?:本文)?(?:作者)?[:：]?[ \u3000]*{_NAME}[ \u3000]*"
    r"(?:[，,]?[ \u3000]*(?:系|为|是|单位[:：])|[，,])"
    r"(?P<unit>[^（()）。]{4,80})[）)]"
)


@dataclass(frozen=True, slots=True)
class Byline:
    """Names, and whether the line's own mark (`□`, `记者`, `文/`) leaves no doubt."""

    names: tuple[str, ...]
    certain: bool


def read_byline(text: str) -> Byline | None:
    """The names on a line that holds nothing but a byline, or None."""
    if len(text) > 48 or re.search(r"[。！？；]", text) or _CHECKBOXES.match(text):
        return None
    if match := _POST_BEHIND.fullmatch(text):
        return Byline(split_names(match["names"]), certain=True)
    for pattern in (_MARKED_BYLINE, _ROLE_BYLINE, _WORK_BYLINE, _NAME_FIRST_BYLINE):
        if match := pattern.fullmatch(text):
            names = _names(match.group("names"))
            if names and all(map(_likely, names)) and _are_named(pattern, match, names):
                sure = pattern is not _MARKED_BYLINE or all(map(is_name, names))
                return Byline(names, certain=sure)
    if match := _BRACKETED_NAMES.fullmatch(text):
        return Byline(split_names(match.group("names")), certain=False)
    bare = _UNIT_MARKS.sub("", text).strip()
    if _NAMES_ONLY.fullmatch(bare):
        return Byline(split_names(bare), certain=False)
    return None


def _are_named(pattern: re.Pattern[str], match: re.Match[str], names: tuple[str, ...]) -> bool:
    """Whether these are people: by their surnames, or by the mark or role that they stand behind.

    Not every name begins with a surname (`买买提·艾力`, `茹仙古丽`, pen names).
    """
    if pattern is _WORK_BYLINE:
        return True
    if pattern is _MARKED_BYLINE:
        return all(is_name(name) or not _is_words(name) for name in names)
    if all(map(is_name, names)):
        return True
    apart = pattern is _ROLE_BYLINE and bool(match.group("border"))
    return apart and all(_ANY_NAME.fullmatch(n) and not _NO_NAMES.fullmatch(n) for n in names)


def _is_words(text: str) -> bool:
    """Whether words of the dictionary make up a text, as they do an item of a form."""
    import rjieba

    return all(len(word) > 1 for word in rjieba.cut(text, False))


def is_attribution(text: str) -> bool:
    """Whether a line says whose words stand above it: `——（宋）陆游`, `——《史记》`."""
    return _ATTRIBUTION.fullmatch(text) is not None


def is_ticked(text: str) -> bool:
    """Whether a line begins with a box or bullet, as a byline may and every item of a form does."""
    return re.match(_MARK, text) is not None


def is_name(text: str) -> bool:
    """Whether `text` looks like a Chinese person's name."""
    return re.fullmatch(rf"{_NAME}|{_FOREIGN}", text) is not None


def dateline_names(text: str) -> tuple[str, ...] | None:
    """Names in the dateline that a news item starts with; None if it starts with none.

    `本报讯（记者 张三）…` gives `("张三",)`, `新华社北京5月3日电 …` gives `()`.
    """
    if not _DATELINE_START.match(text):
        return None
    match = _DATELINE.match(text)
    if not match:
        return None
    return _names(match.group("credits") or "")


def is_news_lead(text: str) -> bool:
    """Whether a paragraph starts a news item by naming its source: `据市教育局消息，…`."""
    return _NEWS_LEAD.match(text) is not None


def closing_names(text: str) -> tuple[str, ...]:
    """Names of a credit that ends a paragraph, `…。（记者 张三）`, or is all of it: `（张三）`."""
    if (alone := _BRACKETED_NAMES.fullmatch(text)) and len(text) <= _LONGEST_CREDIT:
        names = split_names(alone.group("names"))
        return () if _PROVINCES & set(names) else names
    match = _CLOSING_CREDIT.search(text[-60:])
    return _names(match.group("names")) if match else ()


def read_affiliation(text: str) -> str | None:
    """The author's post on a line such as `（作者系某大学教授）`, or None."""
    if len(text) > 160:
        return None
    if match := _NAMED_AFFILIATION.fullmatch(text):
        return match.group("unit")
    match = _AFFILIATION.fullmatch(text)
    bracketed = text[0] in "（(【["
    if not match or not (bracketed or len(text) <= 60):
        return None
    unit = match.group("unit")
    bare_name = _NAMES_ONLY.fullmatch(unit) or (len(unit) <= 3 and not _UNIT_END.search(unit))
    return None if bare_name or "。" in unit else unit


def _names(text: str) -> tuple[str, ...]:
    tokens = [_ROLE_AROUND.sub("", token) for token in split_names(_ROLE_WORDS.sub(" ", text))]
    names = tuple(dict.fromkeys(name for name in tokens if _likely(name)))
    people = tuple(name for name in names if is_name(name) or not _UNIT_END.search(name))
    return people or names


def _likely(name: str) -> bool:
    return bool(re.fullmatch(rf"[{_HAN}·]{{2,12}}|[A-Za-z][A-Za-z .·-]{{1,30}}", name))


def is_dateline_alone(text: str) -> bool:
    """Whether the line is a dateline and nothing else: `本报某地5月19日电`."""
    match = _DATELINE.fullmatch(text) if len(text) <= 48 else None
    return bool(match and _DATELINE_START.match(text))
