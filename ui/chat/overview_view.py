"""A list of articles as HTML: titles by newspaper and day, each with a way to ask only that one."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from rag.data_model.answers import Answer, Citation, Overview
from rag.wording.rendering import group_label, is_title, overview_lead, overview_rest
from ui.chat.escaping import escaped, escaped_json, quoted
from ui.chat.target import Target
from ui.language import _, in_chinese, message
from ui.references import reference_text

_GO_ON = message("继续")


class Within(BaseModel):
    """What `只问这一篇` sets as a filter."""

    article_id: str
    title: str


def overview_html(answer: Answer, overview: Overview) -> Iterator[str]:
    """The list, in pieces."""
    cited = {citation.n: citation for citation in answer.citations}
    yield f'<p class="yj-lead"{in_chinese()}>{escaped(overview_lead(overview))}</p>'
    for group in overview.groups:
        items = "".join(_item(cited[n]) for n in group.citations if n in cited)
        yield f'<p class="yj-group"{in_chinese()}>{escaped(group_label(group))}</p>'
        yield f'<ul class="yj-listed">{items}</ul>'
    if rest := overview_rest(overview):
        yield (
            f'<p class="yj-label"><span{in_chinese()}>{escaped(rest)}</span> '
            f'<button type="button" class="yj-link" data-ask="{_GO_ON}">{_(_GO_ON)}</button></p>'
        )


def only_this(article_id: str, title: str) -> str:
    """The button that limits what follows to one article."""
    within = escaped_json(Within(article_id=article_id, title=title))
    return (
        f'<button type="button" class="yj-link yj-only" data-within="{within}"'
        f' aria-label="{_("只问这一篇：{}", escaped(title))}">{_("只问这一篇")}</button>'
    )


def _item(citation: Citation) -> str:
    label = escaped(_("看第{}条的出处：{}", citation.n, reference_text(citation)))
    told = is_title(citation) or citation.quote.startswith(citation.title)
    made_up = "" if told else f"{escaped(citation.title)}　"
    return (
        f"<li{in_chinese()}>{made_up}<q>{quoted(citation.quote)}"
        '</q><button type="button" class="yj-chip"'
        f' data-cite="{escaped_json(Target.of(citation))}" aria-label="{label}"'
        f' title="{escaped(reference_text(citation))}">[{citation.n}]</button>'
        f"{only_this(citation.article_id, citation.title)}</li>"
    )
