"""The lists of hosts, guests and interviewed people that a page gives, with their posts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ingest.lines.blocks import Block, Kind
from ingest.lines.bylines import is_name

_ROLES = (
    "[\u4e00-\u9fff]{0,4}(?:嘉[ \u3000]*宾|主持人)|主[ \u3000]*持"
    "|(?:受访|采访|访谈|对话|点评|连线|本期|特约|特邀|与会)(?:专家|学者|对象|人|者)"
    "|被采访(?:人|者)|对谈人|与谈人|讲述人|讲述者|口述人?|报告人|策划人?|整理"
)
_OPENS = r"[□■◆●▲【\[（(]?\s*"
_ROLE = re.compile(rf"{_OPENS}(?P<role>{_ROLES})[】\]）)]?\s*[:：]?")
_ROLE_WITH_PERSON = re.compile(
    rf"{_OPENS}(?P<role>{_ROLES})[】\]）)]?\s*(?:[:：/／|｜]\s*|[\s\u3000]+)(?P<person>\S.{{1,160}})"
)
_HAN = "[\u4e00-\u9fff]"
_NAME = rf"{_HAN}{{2,4}}|{_HAN}{{1,6}}(?:·{_HAN}{{1,6}})+|{_HAN}(?:[ \u3000]{_HAN}){{1,2}}"
_PERSON = re.compile(
    rf"(?P<name>{_NAME})(?P<border>[ \u3000]+|[（(，,:：—-]+)[ \u3000]*"
    r"(?P<post>[^。！？；]{2,60}?)[）)]?"
)
_POST_FIRST = re.compile(rf"(?P<post>[^。！？；，]{{4,60}}?)[ \u3000]+(?P<name>{_NAME})")
_BETWEEN_PEOPLE = re.compile(r"(?<=[）)])\s*[、，,；;]?\s*|[；;]\s*")
_LONGEST_LINE = 64
_SHORTEST_POST = 4


@dataclass(frozen=True, slots=True)
class Person:
    """Someone on the page's list of hosts and guests."""

    name: str
    post: str | None
    role: str | None


def people_on(text: str, role: str | None = None) -> list[Person]:
    """The people that a line names: `张三 某大学教授`, `张三（…）、李四（…）`, `某院主任 张三`."""
    parts = [part for part in _BETWEEN_PEOPLE.split(text) if part]
    people = [_person(part, role) for part in parts]
    if len(people) > 1 and all(people):
        return [person for person in people if person]
    whole = _person(text, role)
    return [whole] if whole else []


def role_on(text: str) -> tuple[str, str | None] | None:
    """The role that a line gives (`主持人`), and the people where the line names some too."""
    if match := _ROLE.fullmatch(text):
        return match.group("role"), None
    match = _ROLE_WITH_PERSON.fullmatch(text)
    if not match or re.search(r"[。！？]", text):
        return None
    named = match.group("person")
    short = len(named) <= _LONGEST_LINE and not re.search(r"[；，]", named)
    return (match.group("role"), named) if short or people_on(named) else None


def listed_people(blocks: Sequence[Block]) -> list[Block]:
    """Lines after a role that name a person and a post become people."""
    settled: list[Block] = []
    listing = False
    for block in _with_whole_brackets(blocks):
        if block.kind in {Kind.ROLE, Kind.PERSON}:
            listing = True
        elif listing and block.kind in {Kind.TEXT, Kind.BYLINE} and _is_listed(block):
            block = replace(block, kind=Kind.PERSON, names=())  # noqa: PLW2901
        else:
            listing = False
        settled.append(block)
    return settled


def _with_whole_brackets(blocks: Sequence[Block]) -> list[Block]:
    """A post in brackets that a line's end broke (`嘉宾：张三（某大学` `教授）`) in one block."""
    whole: list[Block] = []
    listing = False
    for block in blocks:
        before = whole[-1] if listing and not block.gap else None
        if before and block.kind is Kind.TEXT and _goes_on_in_bracket(before.text, block.text):
            whole[-1] = replace(
                before, text=before.text + block.text, spans=before.spans + block.spans
            )
            continue
        open_line = block.kind in {Kind.TEXT, Kind.BYLINE} and _open_brackets(block.text) > 0
        listing = block.kind in {Kind.ROLE, Kind.PERSON} or (listing and open_line)
        whole.append(block)
    return whole


def _goes_on_in_bracket(text: str, following: str) -> bool:
    closes = _open_brackets(text) > 0 and _open_brackets(text + following) == 0
    return closes and following[-1] in "）)" and len(text + following) <= _LONGEST_LINE


def _open_brackets(text: str) -> int:
    return sum((c in "（(") - (c in "）)") for c in text)


def _person(text: str, role: str | None) -> Person | None:
    match = _PERSON.fullmatch(text)
    if match and match.group("border").isspace() and _is_post_first(match):
        return Person(_bare(match.group("post")), match.group("name"), role)
    if match and (match.group("border").isspace() or _is_known(match)):
        return Person(_bare(match.group("name")), match.group("post").strip(), role)
    match = _POST_FIRST.fullmatch(text)
    if match and is_name(_bare(match.group("name"))):
        return Person(_bare(match.group("name")), match.group("post").strip(), role)
    return None


def _is_post_first(match: re.Match[str]) -> bool:
    """Whether it is the other way round, as in `本报记者 张三`."""
    name, post = _bare(match.group("name")), _bare(match.group("post"))
    return not is_name(name) and len(name) >= _SHORTEST_POST and is_name(post)


def _is_known(match: re.Match[str]) -> bool:
    """In brackets anything is a post; else the name must look like one, or be padded as one."""
    name = _bare(match.group("name"))
    return match.group("border")[0] in "（(" or name != match.group("name") or is_name(name)


def _is_listed(block: Block) -> bool:
    if block.kind is Kind.BYLINE and len(block.text) <= 8:
        return True
    people = people_on(block.text) if len(block.text) <= _LONGEST_LINE else []
    return bool(people) and (not block.gap or all(is_name(person.name) for person in people))


def _bare(name: str) -> str:
    return re.sub(r"[ \u3000]", "", name)
