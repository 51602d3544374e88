"""The button in every header for the language; `ui/static/language.js` keeps the choice."""

from __future__ import annotations

from ui.language.current import Language, current

_OTHERS: dict[Language, tuple[Language, str, str, str]] = {
    "zh": ("en", "en", "EN", "English"),
    "en": ("zh", "zh-CN", "中", "中文"),
}
"""By language: the other one, its tag (BCP 47), what stands on the button, what it is called."""


def switch_html() -> str:
    """A button to the other language, named in that one."""
    other, tag, sign, name = _OTHERS[current()]
    return (
        f'<button type="button" class="yj-icon yj-tongue" data-language="{other}" lang="{tag}"'
        f' aria-label="{name}" title="{name}">{sign}</button>'
    )
