"""`youju serve` and `youju chat`: the server, and the server with a browser."""

from __future__ import annotations

import ipaddress
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import webbrowser
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


def serve(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    token: Token = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """启动网页和 HTTP 接口，不打开浏览器。"""
    _run(_settings(options_of(context, data_dir, as_json), host, port, token))


def chat(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    token: Token = None,
    browser: Annotated[bool, typer.Option(help="打开浏览器。")] = True,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """启动网页问答，并打开浏览器。"""
    settings = _settings(options_of(context, data_dir, as_json), host, port, token)
    _run(settings, browser=browser)


def mcp(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """供智能体调用：以 MCP 协议（标准输入输出）提供 ask、search、read_article 三个工具。"""
    from ui.mcp_server import serve as serve_tools

    serve_tools(options_of(context, data_dir, as_json).settings())


def _settings(options: Options, host: str | None, port: int | None, token: str | None) -> Settings:
    given: dict[str, Any] = {"host": host, "port": port, "token": token}
    given = {name: value for name, value in given.items() if value is not None}
    settings = options.settings(server=given) if given else options.settings()
    if not settings.server.token and not _is_loopback(settings.server.host):
        raise SettingsError(
            reason=f"监听 {settings.server.host} 会让别的机器也能访问，必须设访问口令",
            origin="--token 口令（或环境变量 YOUJU_TOKEN）",
        )
    return settings


def _run(settings: Settings, *, browser: bool = False) -> None:
    from ui.listening import listen, url_of

    bound = listen(settings.server)
    url = url_of(bound)
    console.warn(f"有据正在启动：{url} （按 Ctrl+C 停止）")
    if browser:
        arguments = (url, settings.server.token)
        threading.Thread(target=_open_browser, args=arguments, daemon=True).start()

    from ui.server import serve as serve_forever

    serve_forever(settings, bound)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _open_browser(url: str, token: str, patience: float = 30.0) -> None:
    """Open the page once the server answers; nothing happens where there is no browser."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=1):  # noqa: S310
                break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.2)
    try:
        webbrowser.get()
    except webbrowser.Error:
        return
    webbrowser.open(f"{url}/?{urllib.parse.urlencode({'token': token})}" if token else url)
