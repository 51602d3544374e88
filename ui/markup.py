"""Outside text in HTML: `text` is the only door for it, on every page."""

from __future__ import annotations

import html


def text(value: object) -> str:
    """Escaped for content and for attributes in double quotes; lone surrogates become marks."""
    visible = str(value).encode("utf-8", "replace").decode("utf-8")
    return html.escape(visible, quote=True)
