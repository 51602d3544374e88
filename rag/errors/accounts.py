"""Users, what they may do, and what is kept for them."""

from __future__ import annotations

from rag.errors.base import InputError


class AccountError(InputError):
    """Something about users that cannot be done."""


class AccountsOff(AccountError):
    """There are no users, and the first one is made on the machine itself."""

    code = "users_off"
    http_status = 409
    message = "这里还没有用户。"
    hint = "第一个用户在服务器上建：youju users add 名字 --role admin。"


class NotAUser(AccountError):
    """Who came in by the server's token has nothing of their own."""

    code = "not_a_user"
    http_status = 409
    message = "现在不是以用户的身份进来的。"
    hint = "请退出，再用自己的用户名和密码登录。"


class UserMissing(AccountError):
    """No user has this name."""

    code = "user_missing"
    http_status = 404
    message = "没有这个用户：{name}"
    hint = "用 youju users list 查看全部用户。"


class UserExists(AccountError):
    """Another user has this name, perhaps in other letter case."""

    code = "user_exists"
    http_status = 409
    message = "已经有名为“{name}”的用户。"
    hint = "请换一个名字；改密码用 youju users password，改角色用 youju users role。"


class UserNameInvalid(AccountError):
    """What cannot be the name of a user."""

    code = "user_name_invalid"
    message = "这个用户名不能用：{reason}。"
    hint = "请用 1 到 60 个字，不要有空格和看不见的字符。"


class PasswordInvalid(AccountError):
    """What cannot be a password."""

    code = "password_invalid"
    message = "这个密码不能用：{reason}。"
    hint = "请用 {least} 到 {most} 个字；一句只有自己知道的话比一串符号好记，也更难猜。"


class PasswordWrong(AccountError):
    """The old password is not the right one."""

    code = "password_wrong"
    http_status = 403
    message = "原来的密码不对。"
    hint = "忘记了就请管理员重设：youju users password 名字。"


class RoleRefused(AccountError):
    """The user may not do this."""

    code = "role_refused"
    http_status = 403
    message = "你的角色（{role}）不能这样做。"
    hint = "这要{needed}才行；请管理员改角色：youju users role 名字 --role {wanted}。"


class LastAdmin(AccountError):
    """Nobody would be left to look after the users."""

    code = "last_admin"
    http_status = 409
    message = "“{name}”是最后一个能登录的管理员。"
    hint = "请先让另一个登录得了的人（有密码或令牌）做管理员；在服务器上用 youju users 可以照样改。"


class UserTokenMissing(AccountError):
    """The user has no token of this number."""

    code = "user_token_missing"
    http_status = 404
    message = "没有编号为 {number} 的令牌。"
    hint = "用 youju users token 名字 --list 查看。"


class UserUnknown(AccountError):
    """The proxy names somebody who is no user here."""

    code = "user_unknown"
    http_status = 403
    message = "代理登录的“{name}”不是这里的用户。"
    hint = "请管理员先加上：youju users add {name} --role reader --no-password。"


class ConversationMissing(AccountError):
    """The user has no conversation of this id."""

    code = "conversation_missing"
    http_status = 404
    message = "没有这个对话。"
    hint = "它可能在别处删掉了，请刷新页面。"


class ShareMissing(AccountError):
    """No link of this key, or it was revoked."""

    code = "share_missing"
    http_status = 404
    message = "没有这个分享，或它已经收回。"
    hint = "请向分享的人再要一个链接。"


class QuotaReached(AccountError):
    """More would be kept than the settings allow."""

    code = "quota_reached"
    http_status = 507
    message = "{what}已满：最多 {limit}，现在 {now}，又要加 {more}。"
    hint = "请先移除一些，或调大设置 {setting}。"
