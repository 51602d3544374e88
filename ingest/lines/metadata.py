"""What is known of an article besides its text: from front matter, file names, folios, sidecars.

Several sources may speak of one file. `merge` puts the surer ones first: what the caller says
(a sidecar, a ready article), then the front matter, then the page's own folio, then the file name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import PurePath

from rag.data_model.documents import Span
from rag.language.numerals import number_of

_KEYS = {
    "title": "title headline 标题 题目 题名 篇名",
    "authors": "authors author by 作者 记者 撰文 作者姓名",
    "newspaper": "newspaper source publication 报纸 报名 报刊 媒体 来源 出处 刊名",
    "date": "date published 日期 发布日期 发表日期 出版日期 发布时间 时间",
    "page": "page 版 版面 版次 版号 页 页码",
    "article_id": "id article_id 编号",
}
_FIELD_OF = {key: name for name, keys in _KEYS.items() for key in keys.split()}
_ENTRY = re.compile(r"\s*([A-Za-z_]+|[\u4e00-\u9fff]{1,6})\s*[:：]\s*(.*?)\s*$")
_LIST_ITEM = re.compile(r"\s*-\s+(.+?)\s*$")
_FENCE = re.compile(r"-{3,}\s*$")
_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d{2})(?:\s?[-./年_]\s?(\d{1,2})\s?[-./月_]\s?(\d{1,2})|(\d{2})(\d{2}))(?!\d)日?"
)
_PAGE = re.compile(r"第?\s*([A-Z]{0,2}\d{1,3}|[一二三四五六七八九十]{1,3})\s*[版页]")
_BARE_PAGE = re.compile(r"[A-Z]{1,2}\d{1,3}|第([A-Z]?\d{1,3})[版页]?")
_LETTERED_PAGE = re.compile(r"(?<!\S)[A-Z]{1,2}\d{1,3}(?=\s|[:：]|$)")
_NAME_ENDS = re.compile(r"(?:报|刊|社|网|杂志|电视台|通讯|Daily|Times|News|Post)$", re.IGNORECASE)
_WEEKDAY = re.compile(r"(?:星期|周|礼拜)[一二三四五六日天]")
_HAN = "[\u4e00-\u9fff]"
_PADDED_NAME = re.compile(f"(?<!{_HAN})({_HAN})[ \u3000]+({_HAN})(?!{_HAN})")
_SPACED_NAME = re.compile(
    f"(?<!{_HAN})(?<!{_HAN}[ \\u3000])({_HAN})[ \\u3000]+({_HAN})[ \\u3000]+({_HAN})"
    f"(?![ \\u3000]*{_HAN})"
)
_LIST_MARKS = re.compile(r"[、，,;；/|\s]+")
_CREDITS = re.compile(
    rf"(?:责任编辑|责编|美编|编辑|组版|版式|校对|主编|电话)[ \u3000:：]*{_HAN}{{1,4}}"
    rf"(?:[ \u3000]{_HAN}(?!{_HAN}))?"
)
_HEADER_VALUE_LIMIT = 120
_FOLIO_LINE = 60
_PAGE_LINE = 20
_SHORTEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Metadata:
    """All optional. `article_id` is set for ready articles only."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    newspaper: str | None = None
    date: str | None = None
    page: str | None = None
    article_id: str | None = None


def merge(*sources: Metadata) -> Metadata:
    """Field by field, the first source that says something wins."""
    merged = Metadata()
    for source in sources:
        gaps = {
            item.name: getattr(source, item.name)
            for item in fields(Metadata)
            if not getattr(merged, item.name)
        }
        merged = replace(merged, **gaps)
    return merged


def metadata_from_mapping(values: dict[str, object]) -> Metadata:
    """From a row of a table or a JSON object, with English or Chinese keys; unknown keys pass."""
    found: dict[str, object] = {}
    for key, value in values.items():
        name = _FIELD_OF.get(str(key).strip().lower())
        if name and name not in found and value not in (None, "", [], ()):
            found[name] = _clean(name, value)
    return replace(Metadata(), **{name: value for name, value in found.items() if value})  # type: ignore[arg-type]


def field_of(key: str) -> str | None:
    """Which field of `Metadata` a column of this name, in lower case, tells of."""
    return _FIELD_OF.get(key)


def metadata_from_file_name(name: str) -> Metadata:
    """From names such as `2023-10-30_重庆日报_第5版.txt`; empty without a date or a page in it."""
    stem = PurePath(name).stem
    day, rest = _take_date(stem)
    page, parts = None, []
    for part in filter(None, re.split(r"[_＿\s]+|(?<=\D)-+|-+(?=\D)", rest)):
        match = _PAGE.fullmatch(part) or _BARE_PAGE.fullmatch(part)
        if match and not page:
            page = normal_page(match.group())
        else:
            parts.append(part)
    if not day and not page:
        return Metadata()
    newspaper = next((part for part in parts if _NAME_ENDS.search(part)), None)
    if not newspaper and parts and day and page:
        newspaper = parts[0]
    titles = [part for part in parts if part != newspaper]
    title = titles[-1] if newspaper and titles else None
    return Metadata(title=title, newspaper=newspaper, date=day, page=page)


def read_front_matter(text: str) -> tuple[Metadata, Span]:
    """The header of a file and the span that it covers (an empty span where there is none).

    Either a block fenced by `---`, or a first block whose lines are all `键：值` with known keys.
    """
    lines = text.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if line.strip("\ufeff \t\r\n")), len(lines))
    fenced = first < len(lines) and bool(_FENCE.match(lines[first].lstrip("\ufeff")))
    end = first + 1 if fenced else first
    values: dict[str, object] = {}
    key = ""
    while end < len(lines):
        line = lines[end].lstrip("\ufeff")
        if fenced and _FENCE.match(line):
            end += 1
            return metadata_from_mapping(values), _lines_span(lines, end)
        if not line.strip() and not fenced:
            break
        if item := _LIST_ITEM.match(line) if fenced else None:
            old = values.get(key) or ()
            values[key] = (*(old if isinstance(old, tuple) else (old,)), item.group(1))
        elif entry := _ENTRY.match(line):
            key = entry.group(1).lower()
            values[key] = entry.group(2)
        if not fenced and not _is_header_line(line):
            return Metadata(), Span(0, 0)
        end += 1
    if fenced or not values:
        return Metadata(), Span(0, 0)
    return metadata_from_mapping(values), _lines_span(lines, end)


def metadata_from_folio(line: str) -> Metadata | None:
    """From a page's own folio (`某某日报 2023年10月30日 星期一 第5版`), or None if it is none.

    A folio has a date or a page number, and nothing else but a newspaper's name, a weekday, a
    short section name, editors' names and marks.
    """
    found = loose_folio(line)
    if not found or not (found.newspaper or (found.date and found.page)):
        return None
    return found if found.date or len(line) <= _PAGE_LINE else None


def loose_folio(line: str) -> Metadata | None:
    """As `metadata_from_folio`, for lines that a page's head spreads: a date or a page will do."""
    if len(line) > _FOLIO_LINE or re.search(r"[，。！？；“”]", line):
        return None
    day, rest = _take_date(line)
    page_match = _PAGE.search(rest) or _LETTERED_PAGE.search(rest)
    if not day and not page_match:
        return None
    if page_match:
        rest = f"{rest[: page_match.start()]} {rest[page_match.end() :]}"
    rest = _CREDITS.sub(" ", _WEEKDAY.sub(" ", rest))
    words = [word for word in re.split(r"[\s:：|｜·•/_\-—【】\[\]]+", rest) if word]
    if sum(map(len, words)) > 24 or any(len(word) > 12 for word in words):
        return None
    if not day and line.find("版") < 0 and len(words) > 1:
        return None  # a letter and a number among words name no page
    newspaper = next((word for word in words if _NAME_ENDS.search(word)), None)
    if not newspaper and day and page_match and words and line.startswith(words[0]):
        newspaper = words[0] if len(words[0]) >= _SHORTEST_NAME else None
    page = normal_page(page_match.group()) if page_match else None
    return Metadata(newspaper=newspaper, date=day, page=page)


def is_newspaper_name(line: str) -> bool:
    """Whether a line is nothing but a newspaper's name, such as `某某日报`."""
    bare = line.replace(" ", "").replace("\u3000", "")
    return 3 <= len(bare) <= 12 and _NAME_ENDS.search(bare) is not None and bare.isalpha()


def normal_date(text: str) -> str | None:
    """`2023-10-30` from any common writing of a date, else None."""
    return _take_date(text)[0]


def normal_page(text: str) -> str:
    """`5` from `第5版`, `第五版` or `05版`; `A05` stays."""
    bare = text.strip().removeprefix("第").rstrip("版页").strip()
    if bare.isdecimal():
        return str(int(bare))
    number = None if bare.isascii() else number_of(bare)
    return bare if number is None else str(number)


def split_names(text: str) -> tuple[str, ...]:
    """Names apart: at `、`, commas and white space; `张 三` with its padding becomes one name."""
    text = _PADDED_NAME.sub(r"\1\2", _SPACED_NAME.sub(r"\1\2\3", text))
    return tuple(dict.fromkeys(name for name in _LIST_MARKS.split(text.strip(" []'\"")) if name))


def _clean(name: str, value: object) -> object:
    if name == "authors":
        given = [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]
        return tuple(part.strip("'\"") for item in given for part in split_names(item))
    text = str(value).strip().strip("'\"").strip()
    if name == "date":
        return normal_date(text) or text
    if name == "page":
        return normal_page(text)
    return text.strip("《》") if name == "newspaper" else text


def _is_header_line(line: str) -> bool:
    entry = _ENTRY.match(line)
    return bool(
        entry and entry.group(1).lower() in _FIELD_OF and len(entry.group(2)) <= _HEADER_VALUE_LIMIT
    )


def _lines_span(lines: list[str], end: int) -> Span:
    return Span(0, sum(map(len, lines[:end])))


def _take_date(text: str) -> tuple[str | None, str]:
    """The first date of `text` as ISO, and the text without it."""
    for match in _DATE.finditer(text):
        year, month, day, month2, day2 = match.groups()
        try:
            found = date(int(year), int(month or month2), int(day or day2))
        except ValueError:
            continue
        return found.isoformat(), f"{text[: match.start()]} {text[match.end() :]}"
    return None, text
