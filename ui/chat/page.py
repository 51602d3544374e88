"""The chat as a Gradio application: one custom component and what it may ask of the server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ui.chat.functions import server_functions
from ui.engine import Engine
from ui.static_files import read_static

if TYPE_CHECKING:
    from fastapi import FastAPI

_SCRIPT = 'import("/ui/chat/main.js").then((chat) => chat.start(element, server));'


def build_page(engine: Engine) -> FastAPI:
    """Gradio's application, ready to be served."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    import gradio
    from fastapi import FastAPI

    fonts = ["PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    with gradio.Blocks(title="有据", analytics_enabled=False, fill_width=True) as blocks:
        gradio.HTML(
            html_template=read_static("chat.html", "chat"),
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
