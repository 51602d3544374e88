"""Questions to start or go on with, as buttons."""

from __future__ import annotations

from collections.abc import Iterable

from ui.chat.escaping import attribute, escaped


def suggestion_html(questions: Iterable[str]) -> str:
    """Questions as buttons."""
    buttons = "".join(
        f'<button type="button" class="yj-suggestion" data-ask="{attribute(question)}">'
        f"{escaped(question)}</button>"
        for question in questions
    )
    if not buttons:
        return ""
    label = '<p class="yj-label">可以这样问</p>'
    return f'{label}<div class="yj-suggestions">{buttons}</div>'
