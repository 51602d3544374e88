"""A reply as lines: what of an `Answer` leaves the program, and in what order, is said here alone.

Clipboard, Markdown, Word, OpenAI's content and the text for agents are made of these lines, so that
none of them loses the short answer, a speaker, another value, a doubt, a refusal's nearest passages
or the receipt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.data_model.answers import Answer, Citation
from rag.language.visible import visible
from rag.wording.choosing import choice_note
from rag.wording.phrases import correction_note, lead_of, speaker_label, template, typed_words
from rag.wording.rendering import (
    GIST,
    gist_lead,
    group_label,
    lead_text,
    listed_line,
    overview_lead,
    overview_rest,
)
from rag.wording.several import answers_apart, heading, not_told, quoted_before
from ui.references import completed_question, gbt7714, reference_text

Kind = Literal[
    "title", "question", "searched", "lead", "short", "says", "text", "group", "suggestion",
    "refusal", "label", "near", "reference", "footer",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of a reply."""

    kind: Kind
    text: str


def lines_of(answer: Answer) -> tuple[Line, ...]:
    """The reply, with every hidden character shown."""
    return tuple(Line(line.kind, visible(line.text)) for line in _lines(answer))


def plain_text(answer: Answer) -> str:
    """The reply to paste elsewhere: a line each, an empty line before each further part."""
    text: list[str] = []
    for line in lines_of(answer):
        if line.kind in {"label", "footer"} and text:
            text.append("")
        text.append(line.text)
    return "\n".join(text)


def _lines(answer: Answer) -> Iterator[Line]:
    if completed := completed_question(answer):
        yield Line("searched", f"按上文补全为：{completed}")
    if note := correction_note(answer.corrections):
        yield Line("searched", f"{note}，原写{typed_words(answer.corrections)}")
    if answer.refusal is not None:
        yield Line("refusal", answer.refusal.message)
    elif answer.talk:
        yield from _talk(answer)
    elif answer.overview:
        yield from _overview(answer)
    elif answer.sub_questions:
        yield from _several(answer)
    else:
        yield from _statements(answer)
    yield from _references(answer)
    yield Line("footer", footer(answer))


def _talk(answer: Answer) -> Iterator[Line]:
    yield Line("text", template("help", answer.talk or ""))
    if answer.suggestions:
        yield Line("lead", template("help", "suggest"))
        for question in answer.suggestions:
            yield Line("suggestion", template("help", "suggestion").format(question=question))


def _overview(answer: Answer) -> Iterator[Line]:
    overview = answer.overview
    if overview is None:
        return
    cited = {citation.n: citation for citation in answer.citations}
    yield Line("lead", overview_lead(overview))
    for group in overview.groups:
        yield Line("group", group_label(group))
        for n in group.citations:
            if n in cited:
                yield Line("text", listed_line(cited[n], cited[n].quote))
    if rest := overview_rest(overview):
        yield Line("lead", rest)


def _several(answer: Answer) -> Iterator[Line]:
    """Each question over its own answer."""
    for n, (sub, own) in enumerate(answers_apart(answer), start=1):
        yield Line("group", heading(n, sub))
        if sub.status == "refused":
            yield Line("refusal", not_told(sub))
            continue
        yield from _statements(own)
        if before := quoted_before(answer, sub, own):
            yield Line("text", before)


def _statements(answer: Answer) -> Iterator[Line]:
    """Doubt and lead, short answer, then the quotes under their speakers."""
    cited = {citation.n: citation for citation in answer.citations}
    if lead := lead_over(answer):
        yield Line("lead", lead)
    if answer.short_answer:
        yield Line("short", f"{short_label(answer)}：{answer.short_answer}")
    speaker = ""
    for statement in answer.statements:
        first = next((cited[n] for n in statement.citations if n in cited), None)
        if first is None:
            continue  # the browser keeps answers, and may send what nobody made
        says = speaker_label(first)
        if says and says != speaker:
            yield Line("says", f"{says}：")
        elif speaker and not says:
            yield Line("says", "文中：")
        speaker = says
        marks = "".join(f"[{n}]" for n in statement.citations)
        yield Line("text", f"{_place(first)}{statement.text}{marks}")


def lead_over(answer: Answer) -> str:
    """The program's own words over the quotes, where there are such."""
    if answer.question_type == GIST and answer.citations:
        return gist_lead(answer.part, answer.citations[0])
    return lead_of(
        answer.question_type, answer.short_answer, answer.certainty, len(answer.statements)
    )


def short_label(answer: Answer) -> str:
    """What a short answer is called: only a sure one is one."""
    return "可能是" if answer.certainty == "unsure" else "简答"


def _place(citation: Citation) -> str:
    further = citation.why is not None and citation.why.chosen == "further"
    return "另一处可能相关的说法：" if further else ""


def _references(answer: Answer) -> Iterator[Line]:
    if answer.refusal is not None and answer.refusal.nearest:
        yield Line("label", "最接近的段落（仅供查找，不是答案）")
        for citation in answer.refusal.nearest:
            yield Line("near", f"“{citation.quote}”——{reference_text(citation)}")
    if answer.refusal is not None and answer.refusal.leads:
        yield Line("label", template("lead_on", "label"))
        for lead in answer.refusal.leads:
            yield Line(
                "suggestion", template("help", "suggestion").format(question=lead_text(lead))
            )
    if answer.citations:
        yield Line("label", "参考文献")
        for text in numbered_references(answer.citations):
            yield Line("reference", text)


def numbered_references(citations: Sequence[Citation]) -> list[str]:
    """`[1] 何苇. 灯塔岛的风电[N]. 江州日报, 2024-03-05(6). 第3段`, one for each citation."""
    return [f"[{c.n}] {gbt7714(c)} 第{c.paragraph}段" for c in citations]


def footer(answer: Answer) -> str:
    """How sure it is, and what it was computed from."""
    sure = {"sure": "有把握", "unsure": "不敢肯定", None: ""}[answer.certainty]
    facts = [f"{sure}（{answer.confidence:.0%}）"] if sure else []
    facts.append(f"文章库更新过 {answer.receipt.generation} 次")
    facts.append(f"模型 {answer.receipt.model}")
    facts.append(f"设置 {answer.receipt.settings}")
    if note := choice_note(answer.receipt):
        facts.append(note)
    return "有据：" + "，".join(facts)
