"""`/docs`: what the API takes and gives, with commands to paste; from the OpenAPI description."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from ui.api.base import engine_of
from ui.frame import framed
from ui.language import in_chinese

router = APIRouter(include_in_schema=False)

_CODE = re.compile(r"`([^`]{1,200})`")
_PLACE = re.compile(r"\{[^}]{1,40}\}")
_REPLY = """{
  "status": "answered",
  "text": "据《江州日报》2024年5月13日第6版……：“低空经济是以……的综合性经济形态。”[1]",
  "statements": [{"text": "“低空经济是以……的综合性经济形态。”", "citations": [1]}],
  "citations": [{
    "n": 1, "title": "让低空经济成为江州转型的“新翅膀”", "newspaper": "江州日报", "paragraph": 6,
    "quote": "低空经济是以……的综合性经济形态。",
    "source": {"file": "2024-05-13_江州日报_第6版.txt", "spans": [[329, 381]]}
  }],
  "refusal": null
}"""
"""What matters of the answer to the first example, over the sample pages."""
_ERROR = (
    """{"code": "question_empty", "message_zh": "问题是空的。", "hint": "请输入一句要问的话。"}"""
)


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The page."""
    schema = request.app.openapi()
    base = str(request.base_url).rstrip("/")
    groups: dict[str, list[str]] = {}
    for tag, route in _routes(schema, base):
        groups.setdefault(tag, []).append(route)
    routes = "".join(f"<h3>{_text(tag)}</h3>{''.join(parts)}" for tag, parts in groups.items())
    main = (
        f'<article class="yj-docs"{in_chinese()}><h2>接口</h2>'
        '<p class="yj-lead">下面的命令可以直接粘贴运行；例子问的是示例文章'
        "（<code>youju chat --demo</code>）。"
        '机器读的完整描述在 <a href="/openapi.json">openapi.json</a>。</p>'
        f"<h3>一问一答</h3>{_sample(base)}"
        "<h3>出错时</h3><p>状态码不是 200，内容都是这三项：代码不变，可供程序判断；"
        "说明和建议写给人看。</p>"
        f"<pre>{html.escape(_ERROR)}</pre>"
        "<h3>设了访问口令时</h3><p>每个请求都加上一行："
        "<code>-H 'Authorization: Bearer 口令'</code></p>"
        f"{routes}</article>"
    )
    return framed("api", main, demo=engine_of(request).demo)


def _sample(base: str) -> str:
    command = _posting(f"{base}/v1/ask", {"question": "什么是低空经济？"})
    return (
        f"<pre>{html.escape(command)}</pre><p>得到（只列出要紧的几项）：</p>"
        f"<pre>{html.escape(_REPLY)}</pre>"
    )


def _routes(schema: Mapping[str, Any], base: str) -> Iterator[tuple[str, str]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            body = _body(schema, operation)
            address = base + _PLACE.sub("ID", path.replace("{number}", "0"))
            command = _command(operation, body, method.upper(), address)
            shown = (
                f"<section><h4><code>{method.upper()} {html.escape(path)}</code>"
                f" {_text(operation.get('summary', ''))}</h4>"
                f"<p>{_text(operation.get('description', ''))}</p>{_fields(body)}"
                f"<pre>{html.escape(command)}</pre></section>"
            )
            yield (operation.get("tags") or ["其他"])[0], shown


def _body(schema: Mapping[str, Any], operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of the JSON that a route takes; empty where it takes none."""
    content = operation.get("requestBody", {}).get("content", {})
    reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
    found: Mapping[str, Any] = schema["components"]["schemas"].get(reference.rpartition("/")[2], {})
    return found


def _fields(body: Mapping[str, Any]) -> str:
    required = set(body.get("required", ()))
    rows = "".join(
        f"<dt><code>{html.escape(name)}</code>{'（必填）' if name in required else ''}</dt>"
        f"<dd>{_text(field.get('description', ''))}</dd>"
        for name, field in body.get("properties", {}).items()
    )
    return f"<dl>{rows}</dl>" if rows else ""


def _command(operation: Mapping[str, Any], body: Mapping[str, Any], method: str, url: str) -> str:
    if body:
        fields = body["properties"]
        shown = body.get("required") or fields  # where nothing has to be said, what may be
        example = {k: fields[k]["examples"][0] for k in shown if "examples" in fields[k]}
        return _posting(url, example, method)
    if "application/octet-stream" in operation.get("requestBody", {}).get("content", {}):
        return f"curl -X {method} {url} \\\n  --data-binary @第0段"
    if operation.get("requestBody"):
        return f"curl {url} -F 'files=@文章.txt'"
    return f"curl {url}" if method == "GET" else f"curl -X {method} {url}"


def _posting(url: str, body: Mapping[str, Any], method: str = "POST") -> str:
    sent = json.dumps(body, ensure_ascii=False)
    verb = "" if method == "POST" else f"-X {method} "
    return f"curl {verb}{url} \\\n  -H 'Content-Type: application/json' \\\n  -d '{sent}'"


def _text(text: str) -> str:
    """Prose of a docstring: names between backticks are code, lines of Chinese are joined."""
    joined = re.sub(r"(?<=[\u3000-\uffef])\n(?!\n)\s*", "", text)
    return _CODE.sub(r"<code>\1</code>", html.escape(joined))
