"""Questions to start or go on with, as buttons."""

from __future__ import annotations

from collections.abc import Iterable

from rag.data_model.answers import Lead
from rag.wording.phrases import template
from rag.wording.rendering import lead_text
from ui.chat.escaping import attribute, escaped
from ui.language import _, in_chinese


def suggestion_html(questions: Iterable[str]) -> str:
    """Questions as buttons."""
    buttons = "".join(
        '<button type="button" class="yj-suggestion" data-ask="'
        f'{attribute(question)}"{in_chinese()}>'
        f"{escaped(question)}</button>"
        for question in questions
    )
    if not buttons:
        return ""
    label = f'<p class="yj-label">{_("可以这样问")}</p>'
    return f'{label}<div class="yj-suggestions">{buttons}</div>'


def leads_html(leads: Iterable[Lead]) -> str:
    """What may be asked in the place of what was refused, as buttons."""
    buttons = "".join(
        f'<button type="button" class="yj-lead-on" data-fresh data-ask="{attribute(lead.question)}"'
        f"{' data-unfiltered' if lead.kind == 'unfiltered' else ''}{in_chinese()}>"
        f"{escaped(lead_text(lead))}"
        "</button>"
        for lead in leads
    )
    label = f'<p class="yj-label">{_(template("lead_on", "label"))}</p>'
    return f'{label}<div class="yj-leads">{buttons}</div>'
