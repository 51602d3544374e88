"""The frame of the plain pages, those without Gradio: header, navigation, scripts, policy.

Such a page is a file of its own module: `ui/NAME/static/NAME.html` goes into `<main>`, `main.css`
and `main.js` stand beside it. Its script asks for HTML made by the module's `rendering`.
"""

from __future__ import annotations

from starlette.responses import HTMLResponse

from ui.static_files import read_static

# Nothing inline, nothing from elsewhere: markup that got in would have no script to run.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_PLACES = (
    ("/", "问答", ""),
    ("/library", "文章", "library_page"),
    ("/evaluation", "评测", "evaluation_page"),
)


_SCRIPT = '<script type="module" src="/ui/{{module}}/main.js"></script>\n'


def framed(module: str, main: str | None = None) -> HTMLResponse:
    """The page of one of our modules; `main` is HTML to show in its place, without its script."""
    links = "".join(
        f'<a href="{address}"{" aria-current=page" if own == module else ""}>{name}</a>'
        for address, name, own in _PLACES
    )
    name = next(name for _, name, own in _PLACES if own == module)
    page = (
        read_static("frame.html")
        .replace(_SCRIPT, _SCRIPT if main is None else "")
        .replace("{{title}}", name)
        .replace("{{module}}", module)
        .replace("{{links}}", links)
        .replace("{{main}}", read_static("page.html", module) if main is None else main)
    )
    return HTMLResponse(
        page, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
    )
