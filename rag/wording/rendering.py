"""An answer's whole text from its parts, for every kind of answer: what is shown, and verified.

Pure: the same parts always give the same text, so `verify` can say that an answer has no word that
is neither quoted nor a template's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.data_model.answers import Answer, Citation, Group, Lead, Overview, Part, Statement, Talk
from rag.wording.phrases import (
    day_label,
    noting,
    render_answer,
    render_refusal,
    source_label,
    speaker_label,
    template,
)
from rag.wording.several import several_lines

HELP, OVERVIEW, GIST = "help", "overview", "gist"
"""The question types of answers that are no answers to a question."""

MOST_ON_TOPIC = 200
"""Articles that are counted where they have to mention something; of more it is said that so many
are there at least."""


def answer_text(answer: Answer) -> str:
    """The text that belongs to an answer's other fields."""
    return noting(answer.corrections, _text(answer))


def _text(answer: Answer) -> str:
    if answer.refusal:
        return refusal_message(answer)
    if answer.talk:
        return talk_text(answer.talk, answer.suggestions)
    if answer.overview:
        return "\n".join(overview_lines(answer.overview, answer.statements, answer.citations))
    if answer.sub_questions:
        return "\n".join(several_lines(answer))
    if answer.question_type == GIST:
        return "\n".join(gist_lines(answer.part, answer.statements, answer.citations))
    return render_answer(
        answer.statements,
        answer.citations,
        answer.question_type,
        answer.short_answer,
        answer.certainty,
    )


def refusal_message(answer: Answer) -> str:
    """Why there is no answer, from a refusal's other fields."""
    refusal = answer.refusal
    if refusal is None:
        return ""
    if refusal.task:
        return template("task", refusal.task)
    if answer.overview:
        name = "none_on" if answer.overview.topic else "none"
        where, topic = _where(answer.overview), answer.overview.topic
        return template("overview", name).format(which=where, topic=topic)
    return render_refusal(
        refusal.reason,
        refusal.missing_words,
        answer.question_type,
        mismatch=refusal.mismatch,
        found=bool(refusal.nearest),
        filtered=not answer.filters.empty,
        further=refusal.further,
    )


def lead_text(lead: Lead) -> str:
    """What may be asked next, as it is offered."""
    name = "unfiltered" if lead.kind == "unfiltered" else ""
    return template("lead_on", name).format(question=lead.question) if name else lead.question


def talk_text(talk: Talk, suggestions: Sequence[str]) -> str:
    """The program's own words, and questions to go on with."""
    lines = [template("help", talk)]
    if suggestions:
        lines.append(template("help", "suggest"))
        lines += [template("help", "suggestion").format(question=each) for each in suggestions]
    return "\n".join(lines)


def overview_lead(overview: Overview) -> str:
    """How many articles there are, and of what."""
    name = "choose" if overview.asks_which else "count"
    if overview.topic and overview.total >= MOST_ON_TOPIC:
        name = "at_least"
    text = template("overview", name).format(which=which(overview), total=overview.total)
    return text + (template("overview", "newest") if overview.newest else "") + "："


def overview_rest(overview: Overview) -> str:
    """How many are not listed yet; empty for none."""
    shown = sum(len(group.citations) for group in overview.groups)
    left = overview.total - overview.listing.offset - shown
    return template("overview", "rest").format(count=left) if left > 0 else ""


def group_label(group: Group) -> str:
    """`《某报》2024年5月20日（3篇）：`."""
    paper = template("source", "newspaper").format(newspaper=group.newspaper or "")
    where = (paper if group.newspaper else "") + (day_label(group.date) if group.date else "")
    where = where or template("overview", "nowhere")
    return template("overview", "group").format(where=where, count=group.count)


def overview_lines(
    overview: Overview, statements: Sequence[Statement], citations: Sequence[Citation]
) -> Iterator[str]:
    """The list, a line each: titles, or beginnings where no title stands in the file."""
    by_number = {citation.n: citation for citation in citations}
    said = {statement.citations[0]: statement.text for statement in statements}
    yield overview_lead(overview)
    for group in overview.groups:
        yield group_label(group)
        for n in group.citations:
            yield listed_line(by_number[n], said.get(n, ""))
    if rest := overview_rest(overview):
        yield rest


def listed_line(citation: Citation, statement: str) -> str:
    """An article of a list."""
    titled = is_title(citation)
    name = "untitled" if citation.title_inferred else "title"
    return template("overview", "title" if titled else "opening").format(
        source=template("source", name).format(title=citation.title),
        statement=_on_a_line(statement),
        marks=f"[{citation.n}]",
    )


def is_title(citation: Citation) -> bool:
    """Whether a quote is its article's title, and no beginning of the text."""
    return _on_a_line(citation.quote) == _on_a_line(citation.title)


def gist_lead(part: Part | None, citation: Citation) -> str:
    """Whose gist it is, or which part of it."""
    return template("gist", part or "lead").format(source=source_label(citation))


def gist_lines(
    part: Part | None, statements: Sequence[Statement], citations: Sequence[Citation]
) -> Iterator[str]:
    """The points of an article, a line each, under its name."""
    by_number = {citation.n: citation for citation in citations}
    yield gist_lead(part, citations[0])
    for statement in statements:
        first = by_number[statement.citations[0]]
        yield template("gist", "speaker" if first.speaker else "line").format(
            speaker=speaker_label(first),
            statement=statement.text,
            marks="".join(f"[{n}]" for n in statement.citations),
        )


def which(overview: Overview) -> str:
    """`《某报》2024年5月20日第2版写到“大桥”的`; `库里` where nothing limits the list."""
    topic = overview.topic
    on = template("overview", "topic").format(topic=topic) if topic else ""
    return _where(overview) + on


def _where(overview: Overview) -> str:
    """The same without its topic."""
    filters = overview.listing.filters
    parts = []
    if filters.newspaper:
        parts.append(template("source", "newspaper").format(newspaper=filters.newspaper))
    parts.append(_days(filters.date_from, filters.date_to))
    if overview.listing.month_day:
        month, *day = (int(part) for part in overview.listing.month_day.split("-"))
        name = "any_day" if day else "any_month"
        parts.append(template("overview", name).format(month=month, day=day[0] if day else 0))
    if filters.page:
        parts.append(template("source", "page").format(page=filters.page))
    shelf = filters.collections or filters.tags
    chosen = shelf or (filters.articles and not overview.topic)
    if chosen or filters.speaker or filters.section:
        parts.append(template("overview", "selection"))
    if filters.author:
        parts.append(template("overview", "author").format(author=filters.author))
    if not any(parts):
        parts.append(template("overview", "library"))
    return "".join(parts)


def _days(first: str | None, last: str | None) -> str:
    """A day, a month, a year, or from one day to another."""
    if first is None and last is None:
        return ""
    if first == last and first is not None:
        return day_label(first)
    if first and last and first[:4] == last[:4]:
        if first[4:] == "-01-01" and last[4:] == "-12-31":
            return template("overview", "year").format(year=first[:4])
        if first[:7] == last[:7] and first.endswith("-01") and last.endswith("-31"):
            return template("overview", "month").format(year=first[:4], month=int(first[5:7]))
    return template("overview", "days").format(
        first=day_label(first) if first else "", last=day_label(last) if last else ""
    )


def _on_a_line(text: str) -> str:
    return " ".join(text.split())
