"""The pages that ask a person who they are and let them leave, and what their forms send."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope

from rag.errors import YoujuError
from ui.error_headers import headers_of
from ui.language import _, current, message
from ui.language.errors import shown
from ui.language.files import in_language, markup

LOGIN_PATH = "/login"
LOGOUT_PATH = "/logout"
_LONGEST = 4096
_PLACE = re.compile(r"/(?![/\\])[A-Za-z0-9/_.~%-]{0,300}")

_PAGE = markup("""<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>有据 · {title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{head}
<style>
:root {{ color-scheme: light dark; }}
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
  background: light-dark(#f7f4ee, #191816); color: light-dark(#25221d, #e9e4da);
  font: 16px/1.8 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }}
main {{ width: min(320px, 84vw); }}
h1 {{ margin: 0 0 4px; font-size: 24px; }}
label {{ display: block; margin-bottom: 16px; }}
input, button {{ box-sizing: border-box; width: 100%; padding: 10px 12px; border-radius: 8px;
  font: inherit; }}
input {{ margin-top: 4px; border: 1px solid light-dark(#8f8675, #7b7365);
  background: light-dark(#fffdf9, #22201d); color: inherit; }}
button {{ border: 0; background: #a8322a; color: #fff; cursor: pointer; }}
p {{ margin: 0 0 16px; }}
[role=alert] {{ color: light-dark(#a8322a, #e9897b); }}
a, summary {{ color: light-dark(#a8322a, #e9897b); cursor: pointer; }}
details {{ margin-top: 20px; }}
summary {{ margin-bottom: 8px; font-size: 14px; }}
</style></head>
<body><main>{body}</main></body></html>
""")
_FIELD = markup(
    """<label>访问口令<input name="token" type="password" autocomplete="current-password"
  required{focus}></label>"""
)
_ASKING = markup("""<form method="post" action="/login">
<h1>有据</h1>{remark}{next}{field}
<button>进入</button>
</form>""")
_NAMING = markup("""<form method="post" action="/login">
<h1>有据</h1>{remark}{next}
<label>用户名<input name="name" autocomplete="username" autocapitalize="none" required
  maxlength="120" autofocus></label>
<label>密码<input name="password" type="password" autocomplete="current-password" required
  maxlength="400"></label>
<button>登录</button>
</form>""")
_OR_ELSE = markup("""<details><summary>用访问口令进入</summary>
<form method="post" action="/login">{next}{field}
<button>进入</button>
</form></details>""")
_LEAVING = markup("""<form method="post" action="/logout">
<h1>有据</h1>
<label><button>退出登录</button></label>
<label><button name="all" value="1">在所有设备上退出</button></label>
</form>""")
_WAIT = markup('<p role="alert">试错的次数太多，请 {seconds} 秒后再试。</p>')
_WRONG = markup('<p role="alert">口令不对，请再试一次。</p>')
_WRONG_NAME = markup('<p role="alert">用户名或密码不对，请再试一次。</p>')
_REFUSED = markup("""<h1>有据</h1><p role="alert">{message}</p><p>{hint}</p>
<p><a href="/">{back}</a></p>""")
_OPENING = markup("<p>正在打开……</p>")
_ONCE_MORE = '<meta http-equiv="refresh" content="0">'


def _said(template: str) -> str:
    """HTML of ours in the language of the request."""
    return in_language(template, "html", current())


def login_page(
    *, wrong: bool = False, wait: int = 0, users: bool = False, token: bool = True, place: str = ""
) -> HTMLResponse:
    """The form; refused like everything else, so the status is 401, or 429 where it has to wait.

    Args:
        wrong: whether what was sent is wrong.
        wait: seconds until the next try is looked at.
        users: whether names and passwords are asked for.
        token: whether the server has a token of its own.
        place: the path to go on to.
    """
    headers = {"Cache-Control": "no-store", "WWW-Authenticate": "Bearer"}
    remark = _said(_WRONG_NAME if users else _WRONG) if wrong else ""
    if wait:
        headers["Retry-After"] = str(wait)
        remark = _said(_WAIT).format(seconds=wait)
    going = f'<input type="hidden" name="next" value="{html.escape(place)}">' if place else ""
    field = _said(_FIELD).format(focus="" if users else "\n  autofocus")
    if users:
        body = _said(_NAMING).format(remark=remark, next=going)
        body += _said(_OR_ELSE).format(next=going, field=field) if token else ""
    else:
        body = _said(_ASKING).format(remark=remark, next=going, field=field)
    page = _said(_PAGE).format(title=_("登录"), head="", body=body)
    return HTMLResponse(page, 429 if wait else 401, headers)


def logout_page() -> HTMLResponse:
    """The form that ends this session, or all."""
    page = _said(_PAGE).format(title=_("退出"), head="", body=_said(_LEAVING))
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def refusal_page(
    error: YoujuError, *, title: str = message("不能看"), back: str = message("回到问答")
) -> HTMLResponse:
    """For a person who may not see a page; `back` is what leads to the first one."""
    said, hint = shown(error)
    told = {"message": html.escape(said), "hint": html.escape(hint), "back": _(back)}
    page = _said(_PAGE).format(title=_(title), head="", body=_said(_REFUSED).format(**told))
    headers = {"Cache-Control": "no-store"} | headers_of(error)
    return HTMLResponse(page, error.http_status, headers)


def once_more() -> HTMLResponse:
    """Asks for the same address again, from a page of ours.

    A link on another site brings no cookie along, since that is kept from other sites' requests;
    what a page of ours asks for does.
    """
    opening = _said(_OPENING)
    page = _said(_PAGE).format(title=_("正在打开"), head=_ONCE_MORE, body=opening)
    return HTMLResponse(page, 401, {"Cache-Control": "no-store", "WWW-Authenticate": "Bearer"})


def place_of(given: str) -> str:
    """A path of ours to go on to after the login; empty for anything else."""
    return given if _PLACE.fullmatch(given) and not given.startswith(LOGIN_PATH) else ""


def wants_page(scope: Scope, headers: Headers) -> bool:
    """Whether a person's browser asks for a page, not a program for data."""
    reads = scope["type"] == "http" and scope["method"] == "GET"
    return bool(reads) and "text/html" in headers.get("accept", "")


async def sent_form(scope: Scope, receive: Receive) -> Mapping[str, str]:
    """The values in a form's body; none where there is far too much."""
    body = bytearray()
    async for piece in Request(scope, receive).stream():
        body += piece
        if len(body) > _LONGEST:
            return {}
    found = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in found.items()}
