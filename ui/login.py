"""The pages that ask a person for the token and let them leave, and what their forms send."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope

LOGIN_PATH = "/login"
LOGOUT_PATH = "/logout"
_LONGEST = 4096

_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>有据 · 登录</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
  background: light-dark(#f7f4ee, #191816); color: light-dark(#25221d, #e9e4da);
  font: 16px/1.8 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }}
form {{ width: min(320px, 84vw); }}
h1 {{ margin: 0 0 4px; font-size: 24px; }}
label {{ display: block; margin-bottom: 16px; }}
input, button {{ box-sizing: border-box; width: 100%; padding: 10px 12px; border-radius: 8px;
  font: inherit; }}
input {{ margin-top: 4px; border: 1px solid light-dark(#8f8675, #7b7365);
  background: light-dark(#fffdf9, #22201d); color: inherit; }}
button {{ border: 0; background: #a8322a; color: #fff; cursor: pointer; }}
p {{ margin: 0 0 16px; color: light-dark(#a8322a, #e9897b); }}
</style></head>
<body>{body}</body></html>
"""
_ASKING = """<form method="post" action="/login">
<h1>有据</h1>{remark}
<label>访问口令<input name="token" type="password" autocomplete="current-password" required
  autofocus></label>
<button>进入</button>
</form>"""
_LEAVING = """<form method="post" action="/logout">
<h1>有据</h1>
<label><button>退出登录</button></label>
<label><button name="all" value="1">在所有设备上退出</button></label>
</form>"""
_WAIT = '<p role="alert">试错的次数太多，请 {seconds} 秒后再试。</p>'
_WRONG = '<p role="alert">口令不对，请再试一次。</p>'


def login_page(*, wrong: bool = False, wait: int = 0) -> HTMLResponse:
    """The form; refused like everything else, so the status is 401, or 429 where it has to wait."""
    headers = {"Cache-Control": "no-store", "WWW-Authenticate": "Bearer"}
    remark = _WRONG if wrong else ""
    if wait:
        headers["Retry-After"] = str(wait)
        remark = _WAIT.format(seconds=wait)
    page = _PAGE.format(body=_ASKING.format(remark=remark))
    return HTMLResponse(page, 429 if wait else 401, headers)


def logout_page() -> HTMLResponse:
    """The form that ends this session, or all."""
    return HTMLResponse(_PAGE.format(body=_LEAVING), headers={"Cache-Control": "no-store"})


def wants_page(scope: Scope, headers: Headers) -> bool:
    """Whether a person's browser asks for a page, not a program for data."""
    reads = scope["type"] == "http" and scope["method"] == "GET"
    return bool(reads) and "text/html" in headers.get("accept", "")


async def sent_token(scope: Scope, receive: Receive) -> str:
    """The token in the form's body; empty where there is none, or far too much."""
    return await sent_value(scope, receive, "token")


async def sent_value(scope: Scope, receive: Receive, name: str) -> str:
    """A value in the form's body; empty where there is none, or far too much."""
    body = bytearray()
    async for piece in Request(scope, receive).stream():
        body += piece
        if len(body) > _LONGEST:
            return ""
    return parse_qs(body.decode("utf-8", "replace")).get(name, [""])[0]
