"""`/docs`: what the API takes, with an example to paste. Made from the OpenAPI description."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_STYLE = """
body { max-width: 800px; margin: 32px auto; padding: 0 16px; background: Canvas; color: CanvasText;
  font: 16px/1.8 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
:root { color-scheme: light dark; }
h2 { margin: 32px 0 0; font-size: 18px; }
code, pre { font-size: 14px; }
pre { overflow-x: auto; padding: 12px 16px; border: 1px solid GrayText; border-radius: 8px; }
"""


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The page."""
    schema = request.app.openapi()
    base = str(request.base_url).rstrip("/")
    routes = "".join(_routes(schema, base))
    return HTMLResponse(
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>有据 · 接口</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style><h1>有据的接口</h1>"
        '<p>完整的描述见 <a href="/openapi.json">openapi.json</a>。'
        "出错时都返回 <code>code</code>、<code>message_zh</code>、<code>hint</code> 三项。</p>"
        f"{routes}</html>"
    )


def _routes(schema: Mapping[str, Any], base: str) -> Iterator[str]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            command = _command(schema, operation, method.upper(), base + path)
            yield (
                f"<h2><code>{method.upper()} {html.escape(path)}</code>"
                f" {html.escape(operation.get('summary', ''))}</h2>"
                f"<p>{html.escape(operation.get('description', ''))}</p>"
                f"<pre>{html.escape(command)}</pre>"
            )


def _command(schema: Mapping[str, Any], operation: Mapping[str, Any], method: str, url: str) -> str:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        fields = schema["components"]["schemas"][name]["properties"]
        example = {k: v["examples"][0] for k, v in fields.items() if "examples" in v}
        body = json.dumps(example, ensure_ascii=False)
        return f"curl {url} -H 'Content-Type: application/json' -d '{body}'"
    if content:
        return f"curl {url} -F 'files=@文章.txt'"
    return f"curl {url}" if method == "GET" else f"curl -X {method} {url}"
