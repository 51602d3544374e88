"""The frame of the plain pages, those without Gradio: header, navigation, scripts, policy.

Such a page is a file of its own module: `ui/NAME/static/NAME.html` goes into `<main>`, `main.css`
and `main.js` stand beside it. Its script asks for HTML made by the module's `rendering`.
"""

from __future__ import annotations

import html

from starlette.responses import HTMLResponse

from ui.language import _, message
from ui.language.switch import switch_html
from ui.static_files import spoken

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
    ("/", message("问答"), ""),
    ("/library", message("文章"), "library_page"),
    ("/evaluation", message("评测"), "evaluation_page"),
    ("/jobs", message("任务"), "jobs_page"),
    ("/settings", message("设置"), "settings_page"),
)


_OTHERS = {"account_page": message("账户")}
_API = message("接口")
_SCRIPT = '<script type="module" src="/ui/{{module}}/main.js"></script>\n'


def demo_mark() -> str:
    """In the header of every page, where the library is the sample one."""
    return (
        f'<p class="yj-demo" role="note"><b>{_("示例库")}</b>'
        f"<span>{_('文章都是虚构的；停止程序后，连同你放进来的都会删除')}</span></p>"
    )


def framed(
    module: str, main: str | None = None, note: str = "", *, demo: bool = False
) -> HTMLResponse:
    """The page of one of our modules; `main` is HTML to show in its place, without its script.

    `note` is text to show above it.
    """
    links = "".join(
        f'<a href="{address}"{" aria-current=page" if own == module else ""}>{_(name)}</a>'
        for address, name, own in _PLACES
    )
    name = next((name for _at, name, own in _PLACES if own == module), _OTHERS.get(module, ""))
    inner = spoken("page.html", module) if main is None else main
    page = (
        spoken("frame.html")
        .replace(_SCRIPT, _SCRIPT if main is None else "")
        .replace("{{title}}", _(name or _API))
        .replace("<!--language-->", switch_html())
        .replace("{{demo}}", demo_mark() if demo else "")
        .replace("{{module}}", module)
        .replace("{{links}}", links)
        .replace("{{main}}", _noted(note) + inner)
    )
    return HTMLResponse(
        page, headers={"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
    )


def _noted(note: str) -> str:
    return f'<p class="yj-away" role="note">{html.escape(note)}</p>' if note else ""
