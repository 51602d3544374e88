"""The chat as a Gradio application: one custom component and what it may ask of the server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ui.chat.escaping import escaped
from ui.chat.functions import server_functions
from ui.engine import Engine
from ui.frame import demo_mark
from ui.language.reasons import away
from ui.language.switch import switch_html
from ui.static_files import spoken

if TYPE_CHECKING:
    from fastapi import FastAPI

    from rag.settings.model_sections import ChooserSettings

_SCRIPT = 'import("/ui/chat/main.js").then((chat) => chat.start(element, server));'


_COMPOSER = '<form class="yj-composer'


def markup_of(chooser: ChooserSettings, *, demo: bool = False) -> str:
    """The chat's HTML: where the library is the sample one, it says so.

    Before the composer stands where text goes, if it leaves the machine.
    """
    markup = spoken("chat.html", "chat").replace("<!--demo-->", demo_mark() if demo else "")
    markup = markup.replace("<!--language-->", switch_html())
    note = away(chooser)
    if not note:
        return markup
    told = f'<p class="yj-away" role="note">{escaped(note)}</p>'
    return markup.replace(_COMPOSER, told + _COMPOSER)


def build_page(engine: Engine, markup: str) -> FastAPI:
    """Gradio's application with the chat's markup, ready to be served."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio
    from fastapi import FastAPI

    fonts = ["PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    with gradio.Blocks(title="有据", analytics_enabled=False, fill_width=True) as blocks:
        gradio.HTML(
            html_template=markup,
            js_on_load=_SCRIPT,
            elem_id="youju",
            apply_default_css=False,
            server_functions=server_functions(engine),
        )
    page = FastAPI(openapi_url=None)
    gradio.mount_gradio_app(
        page,
        blocks,
        path="/",
        allowed_paths=[],
        blocked_paths=[str(engine.settings.data_dir.resolve())],
        show_error=False,
        ssr_mode=False,
        enable_monitoring=False,
        run_history=False,
        footer_links=[],
        max_file_size=1,
        theme=gradio.themes.Base(font=fonts, font_mono=["monospace"]),
    )
    return page
