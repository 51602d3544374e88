"""`youju users …` and `youju audit`: who may use a server, and what they did."""

from __future__ import annotations

import getpass
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import UsageInvalid
from ui import console
from ui.options import AsJson, DataDir, Options, options_of

if TYPE_CHECKING:
    from ui.accounts.accounts import Accounts
    from ui.accounts.roles import Role

Name = Annotated[str, typer.Argument(metavar="名字", help="用户名。")]
RoleName = Annotated[
    str,
    typer.Option(
        "--role",
        metavar="角色",
        help="reader（提问、阅读）、editor（还能导入、更正、移除、评测）"
        "或 admin（还管设置、用户、记录）。",
    ),
]
_PROMPT = "密码（8 到 200 个字，看不见）："


def add(
    context: typer.Context,
    name: Name,
    role: RoleName = "reader",
    password: Annotated[
        bool,
        typer.Option(
            "--password/--no-password", help="问密码；不要密码的只能用令牌，或经代理登录。"
        ),
    ] = True,
    token: Annotated[bool, typer.Option("--token", help="同时发一个令牌，只显示这一次。")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """加一个用户。有了用户，打开网页就要登录；第一个请用 --role admin。"""
    from ui.api.account_wire import user_json

    options = options_of(context, data_dir, as_json)
    accounts, given = _opened(context, options), _role(role)
    was_first = not accounts.users.on
    made = accounts.users.add(name, given, _asked_password() if password else "")
    _note(accounts, "user_add", user=made.name, to=given.key)
    shown = _new_token(accounts, made.name, "") if token else None
    if options.as_json:
        console.say_json(user_json(made) | ({"token": shown} if shown else {}))
        return
    console.say(f"已加用户“{made.name}”（{made.role.words}）。")
    if shown:
        _show_token(shown)
    if was_first:
        console.say("从现在起，网页和接口都要登录；正在运行的服务也是，不必重新启动。")
        if given.key != "admin":
            console.warn("注意：还没有管理员，网页上改不了设置和用户；用 youju users role 可以改。")


def list_users(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出用户：名字、角色、有没有密码和令牌。"""
    from ui.api.account_wire import token_json, user_json

    options = options_of(context, data_dir, as_json)
    users = _opened(context, options).users
    found = [(one, users.tokens(one.name)) for one in users.all()]
    if options.as_json:
        console.say_json(
            [user_json(one) | {"tokens": [token_json(t) for t in tokens]} for one, tokens in found]
        )
        return
    for one, tokens in found:
        ways = ["密码"] if one.has_password else []
        ways += [f"{len(tokens)} 个令牌"] if tokens else []
        console.say(f"{one.name}  {one.role.words}  {'、'.join(ways) or '只能经代理登录'}")
    if not found:
        console.say("还没有用户：谁打开网页都能用。加第一个：youju users add 名字 --role admin")


def remove(
    context: typer.Context, name: Name, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """移除一个用户，连同其对话、分享、评价和问题集，不能恢复；已有的登录都结束。"""
    from ui.accounts.own_data import forget
    from ui.api.account_wire import user_json

    options = options_of(context, data_dir, as_json)
    accounts = _opened(context, options)
    user = accounts.users.named(name)
    forget(accounts, options.settings().data_dir, user)
    accounts.users.remove(user.name)
    _note(accounts, "user_remove", user=user.name)
    left = accounts.users.all()
    if options.as_json:
        console.say_json(user_json(user))
        return
    console.say(f"已移除用户“{user.name}”，连同为他留着的一切。")
    if not left:
        console.warn("注意：没有用户了。正在运行的服务仍要登录；重新启动后，谁打开网页都能用。")
    elif not any(one.role.key == "admin" for one in left):
        console.warn("注意：没有管理员了，网页上改不了设置和用户；用 youju users role 可以改。")


def set_role(
    context: typer.Context,
    name: Name,
    role: RoleName,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """改一个用户的角色，马上生效。"""
    from ui.api.account_wire import user_json

    options = options_of(context, data_dir, as_json)
    accounts, given = _opened(context, options), _role(role)
    changed = accounts.users.set_role(name, given)
    _note(accounts, "user_role", user=changed.name, to=given.key)
    if options.as_json:
        console.say_json(user_json(changed))
    else:
        console.say(f"“{changed.name}”现在是{changed.role.words}。")


def set_password(
    context: typer.Context, name: Name, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """给一个用户设新密码（从终端或标准输入读）；已有的登录都结束。"""
    from ui.api.account_wire import user_json

    options = options_of(context, data_dir, as_json)
    accounts = _opened(context, options)
    accounts.users.named(name)  # before a password is asked for
    changed = accounts.users.set_password(name, _asked_password())
    _note(accounts, "user_password", user=changed.name)
    if options.as_json:
        console.say_json(user_json(changed))
    else:
        console.say(f"“{changed.name}”的密码已改，各处的登录都已结束。")


def token(
    context: typer.Context,
    name: Name,
    label: Annotated[str, typer.Option("--label", help="给自己看的说明，如“脚本”。")] = "",
    listed: Annotated[bool, typer.Option("--list", help="只列出已发的令牌。")] = False,
    revoke: Annotated[
        int | None, typer.Option("--revoke", metavar="编号", min=1, help="收回这个编号的令牌。")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """给一个用户发令牌，供程序用；只显示这一次，文件里只存它的散列值。"""
    from ui.api.account_wire import token_json

    options = options_of(context, data_dir, as_json)
    accounts = _opened(context, options)
    if listed:
        tokens = accounts.users.tokens(name)
        if options.as_json:
            console.say_json([token_json(one) for one in tokens])
            return
        for one in tokens:
            console.say(f"{one.id}  {one.created[:10]}  {one.label or '（没有说明）'}")
        if not tokens:
            console.say("没有令牌。")
        return
    if revoke is not None:
        accounts.users.revoke_token(name, revoke)
        _note(accounts, "user_token_revoke", user=name, number=revoke)
        console.say_json({"revoked": revoke}) if options.as_json else console.say("令牌已收回。")
        return
    made = _new_token(accounts, name, label)
    if options.as_json:
        console.say_json({"token": made})
    else:
        _show_token(made)


def audit(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, help="最多几条，后做的在前。")] = 50,
    event: Annotated[str, typer.Option("--event", help="只要这一种，如 import、remove。")] = "",
    who: Annotated[str, typer.Option("--who", metavar="名字", help="只要这个人的。")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """操作记录：有了用户以后，谁在什么时候做了什么。"""
    from rag.language.visible import visible
    from ui.accounts.audit import EVENTS, told

    options = options_of(context, data_dir, as_json)
    if event and event not in EVENTS:
        names = "、".join(EVENTS)
        raise UsageInvalid(reason=f"没有这种操作：{event}。有：{names}。", command="youju audit")
    entries = _opened(context, options).audit.entries(limit, event, who)
    if options.as_json:
        for one in entries:
            console.say_json(one)
        return
    for one in entries:
        when = one["at"][:19].replace("T", " ")
        console.say(visible(f"{when}  {one['who']}  {told(one)}"))
    if not entries:
        console.say("没有记录。有了用户（youju users add）以后才记。")


def _opened(context: typer.Context, options: Options) -> Accounts:
    """What is kept of users; closed when the command ends."""
    from ui.accounts.accounts import Accounts

    accounts = Accounts(options.settings())
    context.call_on_close(accounts.close)
    return accounts


def _role(name: str) -> Role:
    """The role of a name.

    Raises:
        UsageInvalid: there is none such.
    """
    from ui.accounts.roles import GIVEN

    if name not in GIVEN:
        reason = f"没有角色 {name}，应当是 {'、'.join(GIVEN)} 之一。"
        raise UsageInvalid(reason=reason, command="youju users")
    return GIVEN[name]


def _asked_password() -> str:
    """From the terminal, twice; or a line of standard input.

    Raises:
        UsageInvalid: the two are not the same, or there is none.
    """
    if not sys.stdin.isatty():
        given = sys.stdin.readline().rstrip("\r\n")
        if not given:
            reason = "标准输入里没有密码；不要密码请写 --no-password。"
            raise UsageInvalid(reason=reason, command="youju users")
        return given
    given = getpass.getpass(_PROMPT)
    if getpass.getpass("再写一遍：") != given:
        raise UsageInvalid(reason="两遍写得不一样。", command="youju users")
    return given


def _new_token(accounts: Accounts, name: str, label: str) -> str:
    made = accounts.users.new_token(name, label)
    _note(accounts, "user_token", user=name, label=label)
    return made


def _show_token(token: str) -> None:
    console.say(token)
    console.warn("令牌只显示这一次，请记在别处；接口里写 Authorization: Bearer 令牌。")


def _note(accounts: Accounts, event: str, **about: object) -> None:
    """In the audit log, as somebody at this machine."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        name = "？"
    accounts.audit.note(event, f"命令行（{name}）", about, role="admin")
