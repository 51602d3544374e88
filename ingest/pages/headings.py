"""Which lines are headlines and which are headings inside an article.

Marked files (`#` headings) are trusted. In plain files a short line is a heading only where its
neighbours say so: a byline or dateline after it starts an article; anything less is a section, so
that a plain document stays one article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.lines.blocks import Block, Kind, block_at
from ingest.lines.bylines import closing_names, dateline_names, is_name, is_news_lead
from ingest.lines.lines import ends_sentence
from ingest.lines.people import people_on, role_on
from rag.language.numerals import ONES, number_of
from rag.language.text import has_han

_NUMBERED = re.compile(
    r"(?:[一二三四五六七八九十]{1,3}[、.．]|第[一二三四五六七八九十\d]{1,3}[章节部分]"
    r"|[（(][一二三四五六七八九十\d]{1,3}[）)]|\d{1,2}[、.．\s])"
)
_CHAPTER = re.compile("([一二三四五六七八九十]{1,3})[、.．]")
_BULLET = re.compile("[■◆●▲★]")
_UNTITLED_END = re.compile(r"[，,、；;：:。…]$")
_UNTITLED_START = re.compile(r"[，。、；：！？”’》）」』】〉,;:!?)\]}%％]")
_SENTENCE_INSIDE = re.compile(r"[。；].")
_MARK_PAIRS = ("“”", "《》", "（）", "()", "「」", "『』", "【】", "〈〉")
_NO_LAST_WORD = frozenset("的和与及或在把被将从向对由是以为于")
_NO_FIRST_WORD = frozenset("的了着们")
_SHORT = 34
_LONG_TEXT = 30
_BOX_ITEM = 16


def marked_headings(blocks: list[Block]) -> list[Block]:
    """`#` headings of the top level start articles, the others sections.

    The first heading is the headline even if it is a lower one, but for the first of several
    numbered ones: `第一章` names a part.
    """
    headings = [block for block in blocks if block.kind is Kind.SECTION]
    tops = [block for block in headings if block.level == 1]
    chapters = headings and _is_first_of_series(headings)
    titled = [
        n for n, block in enumerate(blocks) if block.kind is Kind.SECTION and is_signed(blocks, n)
    ]
    numbered = sum(1 for block in tops if _NUMBERED.match(block.text))
    series = _unmarked_series(blocks) if len(headings) == len(tops) == 1 else frozenset()
    result = []
    for n, block in enumerate(blocks):
        top = block.level == 1 and not (numbered >= 2 and _NUMBERED.match(block.text))
        first = bool(headings) and block is headings[0] and not chapters
        marked = block.kind is Kind.SECTION and (top or first or n in titled)
        if n in series:
            result.append(replace(block, kind=Kind.SECTION))
            continue
        lost_mark = block.kind is Kind.TEXT and is_short(block) and block.gap
        if marked or (lost_mark and is_signed(blocks, n)):
            result.append(replace(block, kind=Kind.TITLE))
        else:
            result.append(block)
    return _with_kickers(result)


def _unmarked_series(blocks: Sequence[Block]) -> frozenset[int]:
    """The lines `一、`, `二、`, … over text or a table, in a file that marks its title alone."""
    found: list[int] = []
    for n, block in enumerate(blocks):
        numeral = _CHAPTER.match(block.text) if block.kind is Kind.TEXT else None
        if numeral and is_short(block) and number_of(numeral[1]) == len(found) + 1:
            if not block_at(blocks, n + 1) or ends_sentence(block.text):
                return frozenset()
            found.append(n)
    return frozenset(found) if len(found) > 1 else frozenset()


def _with_kickers(blocks: list[Block]) -> list[Block]:
    """A smaller heading right above a headline is its kicker (引题) and begins the article."""
    for n in range(len(blocks) - 1, 0, -1):
        above, below = blocks[n - 1], blocks[n]
        smaller = above.kind is Kind.SECTION and below.kind is Kind.TITLE and below.level > 0
        if smaller and below.level < above.level and not _NUMBERED.match(above.text):
            blocks[n - 1] = replace(above, kind=Kind.TITLE)
    return blocks


def _is_first_of_series(headings: Sequence[Block]) -> bool:
    """Whether the first heading has a number, and others of its level have one too."""
    alike = [block for block in headings if block.level == headings[0].level]
    numbered = [block for block in alike if _NUMBERED.match(block.text)]
    return len(numbered) >= 2 and numbered[0] is headings[0]


def plain_headings(blocks: list[Block]) -> list[Block]:
    """Short lines as titles or sections, where no line is marked."""
    result: list[Block] = []
    first = True
    for n, block in enumerate(blocks):
        if block.kind is Kind.TEXT and is_short(block):
            signed = is_signed(blocks, n)
            over_text = _stands_over_text(blocks, n, result)
            if (first and block_at(blocks, n + 1)) or signed or (over_text and _after_end(result)):
                block = replace(block, kind=Kind.TITLE)  # noqa: PLW2901
            elif over_text:
                block = replace(block, kind=Kind.SECTION)  # noqa: PLW2901
        first = first and block.kind in {Kind.FOLIO, Kind.FURNITURE}
        result.append(block)
    return result


def is_short(block: Block) -> bool:
    """Whether a line could be a heading by its own looks; what someone says never is."""
    text = block.text
    return (
        len(text) <= _SHORT
        and block.certain
        and not (block.torn and not _BULLET.match(text))
        and (has_han(text) or text[0].isalnum())
        and not _UNTITLED_END.search(text)
        and sum(map(str.isalnum, text)) >= 2
        and not _is_broken(text)
    )


def _is_broken(text: str) -> bool:
    """Whether a short line is a piece of running text, by its marks and its first and last word."""
    import rjieba

    if _UNTITLED_START.match(text) or _SENTENCE_INSIDE.search(text):
        return True
    if any(text.count(pair[0]) != text.count(pair[1]) for pair in _MARK_PAIRS):
        return True
    words = rjieba.cut(text)
    return words[-1] in _NO_LAST_WORD or words[0] in _NO_FIRST_WORD


def is_body(block: Block) -> bool:
    """Whether a block is a paragraph: long, a whole sentence, or said by someone."""
    if block.kind is not Kind.TEXT:
        return False
    return len(block.text) >= _LONG_TEXT or ends_sentence(block.text) or not block.certain


def is_signed(blocks: Sequence[Block], n: int) -> bool:
    """Whether a byline, dateline or news lead follows, over further heading lines at most."""
    subtitled = False
    for ahead in blocks[n + 1 : n + 4]:
        if ahead.kind in {Kind.BYLINE, Kind.DATELINE}:
            return True
        if ahead.kind in {Kind.ROLE, Kind.PERSON} and blocks[n].gap and not ahead.gap:
            return subtitled or _names_people(ahead.text)
        subtitled = subtitled or ahead.kind is Kind.SUBTITLE
        if ahead.kind is Kind.TEXT and (
            dateline_names(ahead.text) is not None or is_news_lead(ahead.text)
        ):
            return True
        over = ahead.kind in {Kind.SUBTITLE, Kind.TEXT} and is_short(ahead) and not ahead.level
        if not over:
            return False
    return False


def _names_people(text: str) -> bool:
    """Whether a line gives an interview's host or guest with a post, and is no speech."""
    role = role_on(text)
    people = people_on(role[1], role[0]) if role and role[1] else []
    return any(is_name(person.name) for person in people)


def _stands_over_text(blocks: Sequence[Block], n: int, settled: Sequence[Block]) -> bool:
    """Whether a short line is set apart from what is before it and has a paragraph below it."""
    before, block, after = block_at(settled, n - 1), blocks[n], block_at(blocks, n + 1)
    numbered = (_NUMBERED.match(block.text) or _BULLET.match(block.text)) is not None
    if not after or ends_sentence(block.text):
        return False
    if after.kind is Kind.TABLE:
        return block.gap
    if not is_body(after):
        return False
    if before and before.kind is Kind.TEXT and not ends_sentence(before.text):
        if not numbered:
            return False  # more likely the rest of a broken sentence
        if _number_style(before.text) == _number_style(block.text):
            return False  # the last item of a list
    in_box = before is not None and before.kind is Kind.BOX and len(block.text) <= _BOX_ITEM
    return block.gap or numbered or in_box


def _number_style(text: str) -> str:
    """How a line is numbered: `1.` and `12.` alike, `一、` and `（一）` not."""
    match = _NUMBERED.match(text) or _BULLET.match(text)
    return re.sub(r"\d+", "1", re.sub(f"[{ONES}十]+", "一", match[0])) if match else ""


def _after_end(settled: Sequence[Block]) -> bool:
    """Whether an article has just been closed by its author's post or its reporter's name."""
    before = settled[-1] if settled else None
    if before is None:
        return False
    credited = before.kind is Kind.TEXT and bool(closing_names(before.text))
    return before.kind is Kind.AFFILIATION or credited
