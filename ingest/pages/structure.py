"""Inside an article: numbered paragraphs with their section, and who speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ingest.lines.blocks import Block, Kind
from ingest.lines.bylines import is_name
from ingest.lines.people import Person, people_on, role_on
from rag.data_model.documents import Paragraph

PARAGRAPH_KINDS = frozenset(
    {Kind.TEXT, Kind.PERSON, Kind.TABLE, Kind.CAPTION, Kind.AFFILIATION, Kind.NOTE, Kind.LONE}
)

_LONGEST_SECTION = 60
_LABEL = re.compile(r"(?P<label>[^\s：:，。！？；“”（）()《》]{1,12})[ \u3000]?[:：](?=\S|$)")
_ASKS = "主持人?|记者|本报记者|问|提问|编辑|采访者|Q"
_ANSWERS = "答|嘉宾|专家|受访者|受访人|A"
_ROLE_LABEL = re.compile(rf"(?:{_ASKS}|{_ANSWERS})\d?")
_OUTLET = re.compile(r".{1,8}(?:报|晚报|日报|晨报|周刊|杂志|网|新闻|频道|电视台|客户端)")
_HOST_ROLE = re.compile("主持|采访[者人]$|^记者")
_BOX_MARKS = re.compile(r"^[【\[■◆●▲★☆\s]+|[】\]\s]*[>》〉＞→▶:：】\]\s]*$")


def paragraphs(blocks: Sequence[Block]) -> tuple[Paragraph, ...]:
    """The paragraphs of one article's blocks, in order."""
    people = _people(blocks)
    labels = _speakers(blocks, people)
    result: list[Paragraph] = []
    section: str | None = None
    speaker: str | None = None
    in_box, box_level = False, 0
    for block in blocks:
        if block.kind in {Kind.SECTION, Kind.BOX}:
            section = section_name(block.text)
            if block.kind is Kind.BOX:
                in_box, box_level, speaker = True, block.level, None
            elif in_box and (not block.level or block.level <= box_level):
                in_box = False
        elif block.kind is Kind.NOTE:
            name = " ".join(block.names)
            result.append(
                Paragraph(len(result) + 1, block.text, block.spans, name, cells=block.cells)
            )
        elif block.kind in PARAGRAPH_KINDS:
            label = _label(block.text) if block.kind is Kind.TEXT else None
            in_box = in_box and label not in labels  # the interview goes on below the box
            spoken = block.kind is Kind.TEXT and not in_box
            speaker = labels.get(label or "", speaker) if spoken else speaker
            paragraph = Paragraph(
                len(result) + 1, block.text, block.spans, section, cells=block.cells
            )
            if spoken and speaker:
                paragraph = replace(
                    paragraph, speaker=speaker, speaker_title=_post(people, speaker)
                )
            result.append(paragraph)
    return tuple(result)


def settled_headings(blocks: Sequence[Block]) -> list[Block]:
    """One article's blocks, so that no heading is lost that has no text of its own.

    Where a lower one follows (`第一章`, `第一节`), both name its section; else it is a paragraph.
    """
    settled = list(blocks)
    waiting: int | None = None
    for n, block in enumerate(blocks):
        if block.kind is Kind.SECTION:
            if waiting is not None:
                above = settled[waiting]
                name = f"{section_name(above.text)} {section_name(block.text)}"
                if 0 < above.level < block.level and len(name) <= _LONGEST_SECTION:
                    settled[n] = replace(block, text=name)
                else:
                    settled[waiting] = replace(above, kind=Kind.LONE)
            waiting = n
        elif block.kind in PARAGRAPH_KINDS or block.kind is Kind.BOX:
            if block.kind is Kind.BOX and waiting is not None:
                settled[waiting] = replace(settled[waiting], kind=Kind.LONE)
            waiting = None
    if waiting is not None:
        settled[waiting] = replace(settled[waiting], kind=Kind.LONE)
    return settled


def section_name(heading: str) -> str:
    """A heading as a section's name: box marks gone."""
    return _BOX_MARKS.sub("", heading) or heading


def _people(blocks: Sequence[Block]) -> dict[str, Person]:
    people: dict[str, Person] = {}
    role: str | None = None
    for block in blocks:
        if block.kind not in {Kind.ROLE, Kind.PERSON}:
            role = None
            continue
        given = role_on(block.text)
        line: str | None = block.text
        if given:
            role, line = given
        if line:
            for person in people_on(line, role) or [Person(line.strip(), None, role)]:
                people.setdefault(person.name, person)
    return people


def _speakers(blocks: Sequence[Block], people: Mapping[str, Person]) -> dict[str, str]:
    """Which labels (`问`, `张三`) are speakers in this article, and whom each one names."""
    counts = Counter(
        label for block in blocks if block.kind is Kind.TEXT and (label := _label(block.text))
    )
    hosts = [p.name for p in people.values() if p.role and _HOST_ROLE.search(p.role)]
    guests = [p.name for p in people.values() if p.name not in hosts]
    speakers: dict[str, str] = {}
    for label, count in counts.items():
        name = label.replace("\u3000", "").replace(" ", "")
        interview = counts.total() >= 2
        role = _ROLE_LABEL.fullmatch(name) or _OUTLET.fullmatch(name)
        if interview and re.fullmatch(_ANSWERS, name):
            speakers[label] = guests[0] if len(guests) == 1 else name
        elif interview and re.fullmatch("主持人?|问|提问|Q", name):
            speakers[label] = hosts[0] if len(hosts) == 1 else name
        elif name in people or (interview and role) or (count >= 2 and is_name(name)):
            speakers[label] = name
    return speakers if len(speakers) >= 2 else {}


def _label(text: str) -> str | None:
    match = _LABEL.match(text)
    return match.group("label") if match else None


def _post(people: Mapping[str, Person], speaker: str) -> str | None:
    return people[speaker].post if speaker in people else None
