"""`youju serve` and `youju chat`: the server, and the server with a browser."""

from __future__ import annotations

import ipaddress
import signal
import ssl
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import SettingsError, UsageInvalid
from ui import console
from ui.options import AsJson, DataDir, Options, options_of

if TYPE_CHECKING:
    from rag.settings import Loaded, Settings

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


LogFile = Annotated[
    Path | None,
    typer.Option(
        "--log",
        metavar="FILE",
        help="日志写到这个文件（- 为标准错误）；不写时，在终端里是数据目录的 youju.log。",
    ),
]


def serve(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    token: Token = None,
    token_file: TokenFile = None,
    certfile: CertFile = None,
    keyfile: KeyFile = None,
    log: LogFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """启动网页和 HTTP 接口，不打开浏览器。"""
    given = {"host": host, "port": port, "token": token, "token_file": token_file}
    given |= {"certfile": certfile, "keyfile": keyfile}
    _run(_settings(options_of(context, data_dir, as_json), given), log)


def chat(
    context: typer.Context,
    host: Host = None,
    port: Port = None,
    token: Token = None,
    token_file: TokenFile = None,
    certfile: CertFile = None,
    keyfile: KeyFile = None,
    browser: Annotated[bool, typer.Option(help="打开浏览器。")] = True,
    demo: Annotated[
        bool,
        typer.Option(
            "--demo", help="先看看样子：用随程序带来的示例版面另建一个文章库，停止时删除。"
        ),
    ] = False,
    log: LogFile = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """启动网页问答，并打开浏览器。"""
    given = {"host": host, "port": port, "token": token, "token_file": token_file}
    given |= {"certfile": certfile, "keyfile": keyfile}
    options = options_of(context, data_dir, as_json)
    # Everybody sees the browser's command line: it shows a token only where ours does already.
    page = _page(token or "") if browser else None
    if not demo:
        _run(_settings(options, given), log, page)
        return
    if options.data_dir is not None:
        reason = "--demo 用一个临时的文章库，不能与 --data-dir 一起写。"
        raise UsageInvalid(reason=reason, command="youju chat")
    from ui.demo import demo_folder

    with demo_folder() as folder:
        _run(_settings(Options(folder, as_json), given), log, page, demo=True)


def mcp(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """供智能体调用：以 MCP 协议（标准输入输出）提供 ask、search、read_article 三个工具。"""
    from ui.mcp_server import serve as serve_tools

    settings = options_of(context, data_dir, as_json).settings()
    console.warn_away(settings)
    serve_tools(settings)


def _settings(options: Options, given: dict[str, Any]) -> Loaded:
    from rag.settings import with_token

    given = {name: value for name, value in given.items() if value is not None}
    loaded = options.loaded(server=given) if given else options.loaded()
    settings = with_token(loaded.settings)
    if (
        not settings.server.token
        and not _is_loopback(settings.server.host)
        and not _has_users(settings)
    ):
        raise SettingsError(
            reason=f"监听 {settings.server.host} 会让别的机器也能访问，必须设访问口令或用户",
            origin="--token 口令（或环境变量 YOUJU_TOKEN、--token-file 文件）；"
            "youju users add 名字 --role admin",
        )
    return replace(loaded, settings=settings)


def _has_users(settings: Settings) -> bool:
    from ui.accounts.accounts import Accounts

    accounts = Accounts(settings)
    try:
        return accounts.users.on
    finally:
        accounts.close()


def _page(token: str) -> str:
    """The chat's address on the server; with a token, that of one who is let in at once."""
    return f"/?{urllib.parse.urlencode({'token': token})}" if token else "/"


def _run(loaded: Loaded, log: Path | None, page: str | None = None, *, demo: bool = False) -> None:
    """Serve; a page is opened in the browser."""
    from ui.listening import check_certificate, listen, url_of
    from ui.startup import Startup

    signal.signal(signal.SIGTERM, _end)  # what is temporary goes away with us
    server = loaded.settings.server
    check_certificate(server)
    bound = listen(server)
    url = url_of(bound, safe=server.certfile is not None)
    console.warn_away(loaded.settings)
    log = _log_file(log, loaded.settings.data_dir)
    with Startup(url, log=log, demo=demo) as startup:
        if page is not None:
            threading.Thread(target=_open_browser, args=(url, page), daemon=True).start()
        from ui.engine import open_real_pipeline
        from ui.server import serve as serve_forever

        opener = open_real_pipeline
        if demo:
            from ui.demo import open_demo_pipeline as opener
        serve_forever(loaded, bound, opener, log=log, demo=demo, watch=startup.watch)


def _end(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def _log_file(named: Path | None, data_dir: Path) -> Path | None:
    """Where logs go: a person at a terminal wants to see the address, a service's keeper its logs.

    None is standard error, which `-` means too.

    Raises:
        UsageInvalid: the file that was named cannot be written.
    """
    from ui.logs import check_writable

    if named is not None and str(named) == "-":
        return None
    if named is None and not sys.stderr.isatty():
        return None
    file = named or data_dir / "youju.log"
    try:
        check_writable(file)
    except OSError as error:
        if named is None:
            console.warn(f"日志写不进 {file}，改写到标准错误。")
            return None
        why = "它是一个目录" if file.is_dir() else "没有这样的地方，或没有权限"
        reason = f"日志写不进 {file}：{why}。"
        raise UsageInvalid(reason=reason, command="youju serve") from error
    return file


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
