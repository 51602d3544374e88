"""`youju serve` and `youju chat`: the server, and the server with a browser."""

from __future__ import annotations

import ipaddress
import ssl
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import SettingsError
from ui import console
from ui.options import AsJson, DataDir, Options, options_of

if TYPE_CHECKING:
    from rag.settings import Settings

Host = Annotated[str | None, typer.Option("--host", help="监听的地址。")]
Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="监听的端口。")]
Token = Annotated[
    str | None,
    typer.Option("--token", help="访问口令（或环境变量 YOUJU_TOKEN）；对外监听时必须有。"),
]


TokenFile = Annotated[
    Path | None,
    typer.Option("--token-file", help="从文件读访问口令：命令行别人看得到，文件可以只给自己看。"),
]
CertFile = Annotated[
    Path | None, typer.Option("--certfile", help="TLS 证书（PEM）；有了它就以 https 提供服务。")
]
KeyFile = Annotated[
    Path | None, typer.Option("--keyfile", help="证书的私钥（PEM）；不写则在证书文件里找。")
]


def serve(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    token: Token = None,
    token_file: TokenFile = None,
    certfile: CertFile = None,
    keyfile: KeyFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """启动网页和 HTTP 接口，不打开浏览器。"""
    given = {"host": host, "port": port, "token": token, "token_file": token_file}
    given |= {"certfile": certfile, "keyfile": keyfile}
    _run(_settings(options_of(context, data_dir, as_json), given))


def chat(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    token: Token = None,
    token_file: TokenFile = None,
    certfile: CertFile = None,
    keyfile: KeyFile = None,
    browser: Annotated[bool, typer.Option(help="打开浏览器。")] = True,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """启动网页问答，并打开浏览器。"""
    given = {"host": host, "port": port, "token": token, "token_file": token_file}
    given |= {"certfile": certfile, "keyfile": keyfile}
    settings = _settings(options_of(context, data_dir, as_json), given)
    # Everybody sees the browser's command line: it shows a token only where ours does already.
    _run(settings, _page(token or "") if browser else None)


def mcp(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """供智能体调用：以 MCP 协议（标准输入输出）提供 ask、search、read_article 三个工具。"""
    from ui.mcp_server import serve as serve_tools

    serve_tools(options_of(context, data_dir, as_json).settings())


def _settings(options: Options, given: dict[str, Any]) -> Settings:
    from rag.settings import with_token

    given = {name: value for name, value in given.items() if value is not None}
    settings = with_token(options.settings(server=given) if given else options.settings())
    if not settings.server.token and not _is_loopback(settings.server.host):
        raise SettingsError(
            reason=f"监听 {settings.server.host} 会让别的机器也能访问，必须设访问口令",
            origin="--token 口令（或环境变量 YOUJU_TOKEN、--token-file 文件）",
        )
    return settings


def _page(token: str) -> str:
    """The chat's address on the server; with a token, that of one who is let in at once."""
    return f"/?{urllib.parse.urlencode({'token': token})}" if token else "/"


def _run(settings: Settings, page: str | None = None) -> None:
    """Serve; a page is opened in the browser."""
    from ui.listening import check_certificate, listen, url_of

    check_certificate(settings.server)
    bound = listen(settings.server)
    url = url_of(bound, safe=settings.server.certfile is not None)
    console.warn(f"有据正在启动：{url} （按 Ctrl+C 停止）")
    if page is not None:
        threading.Thread(target=_open_browser, args=(url, page), daemon=True).start()

    from ui.server import serve as serve_forever

    serve_forever(settings, bound)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _open_browser(url: str, page: str, patience: float = 30.0) -> None:
    """Open the page once the server answers; nothing happens where there is no browser."""
    deadline = time.monotonic() + patience
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE  # only: is it up?
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1, context=unchecked):  # noqa: S310
                break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.2)
    try:
        webbrowser.get()
    except webbrowser.Error:
        return
    webbrowser.open(url + page)
