"""Bodies of requests about users and what is kept for them, and their JSON forms."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Path
from pydantic import BaseModel, Field, JsonValue

from rag.data_model.answers import Answer
from ui.accounts.shares import Share
from ui.accounts.users import User, UserToken
from ui.api.wire import Body, Text
from ui.language import _

RoleName = Literal["reader", "editor", "admin"]
Number = Annotated[int, Path(ge=1, le=2**53)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,100}$")]
_ANSWER = {
    "question": "什么是低空经济？",
    "searched_question": "什么是低空经济?",
    "status": "refused",
    "text": "文章里没有找到相关内容，所以不作答。",
    "confidence": 0.0,
    "receipt": {"generation": 1, "model": "…", "settings": "…", "evidence": "…"},
}
_PASSWORD = "密码，8 到 200 个字"  # noqa: S105


class MeBody(BaseModel):
    """Who asks, and what there is for them."""

    name: str
    role: str = Field(description="reader、editor 或 admin")
    role_words: str = Field(examples=["编辑"])
    user: bool = Field(description="是不是一个用户，有自己的密码、令牌和对话记录")
    way: str = Field(description="怎样进来的：open、token、session、user_token 或 proxy")
    history: str = Field(description="对话记录留在哪里：server 或 browser")
    public_shares: bool = Field(description="分享的链接可不可以不登录就看")


class PasswordBody(Body):
    """A new password, with the old one."""

    old: Text = Field(max_length=1000, description="现在的密码", examples=["现在的密码"])
    new: Text = Field(max_length=1000, description=_PASSWORD, examples=["另一个更长的密码"])


class LabelBody(Body):
    """What a token is for."""

    label: Text = Field(default="", max_length=100, description="给自己看的说明", examples=["脚本"])


class NewTokenBody(BaseModel):
    """A token, shown this once."""

    token: str


class TokenBody(BaseModel):
    """A token of a user, without the token itself."""

    id: int
    label: str
    created: str


class NewUserBody(Body):
    """A user to be made."""

    name: Text = Field(examples=["小何"], max_length=1000)
    role: RoleName = Field(default="reader", examples=["reader"])
    password: Text | None = Field(
        default=None, max_length=1000, description=f"{_PASSWORD}；不写则只能用令牌或经代理登录"
    )


class UserChangeBody(Body):
    """What is to be different about a user; what is left out stays."""

    role: RoleName | None = None
    password: Text | None = Field(
        default=None, max_length=1000, description=f"{_PASSWORD}；已有的登录都会结束"
    )


class UserBody(BaseModel):
    """A user."""

    name: str
    role: str
    role_words: str
    created: str
    has_password: bool


class ForgottenBody(BaseModel):
    """How many of each were deleted."""

    conversations: int
    shares: int
    feedback: int
    question_sets: int


class TurnBody(Body):
    """A question of a conversation and its answer, as the browser has them."""

    id: Id
    question: Text = Field(max_length=100_000)
    edited: Text | None = Field(default=None, max_length=100_000)
    history: tuple[Text, ...] = Field(default=(), max_length=100)
    filters: dict[str, JsonValue] = Field(default={})
    exact: bool = Field(default=False, strict=True)
    answer: Answer | None = None
    verdict: Literal["up", "down"] | None = None

    def as_turn(self) -> dict[str, Any]:
        """As it is kept."""
        turn = self.model_dump(mode="json", exclude={"answer"})
        return turn | {"answer": self.answer.to_json() if self.answer else None}


class ConversationChangeBody(Body):
    """A conversation, with those of its turns that are new or changed."""

    title: Text = Field(default="", max_length=200)
    filters: dict[str, JsonValue] = Field(default={}, description="下一个问题的筛选条件")
    touched: int = Field(
        default=0, ge=0, le=10**15, description="最后提问的时刻，毫秒", strict=True
    )
    turns: tuple[TurnBody, ...] = Field(default=(), max_length=1000)
    begins: bool = Field(
        default=False, strict=True, description="是新的对话；不写时，删掉了的不会又出现"
    )


class KeptBody(BaseModel):
    """What had to go, for want of room."""

    dropped: list[str] = Field(description="为了腾地方而没有再留的对话的名字")


class ConversationHeadBody(BaseModel):
    """A conversation without its turns."""

    id: str
    title: str
    filters: dict[str, Any]
    touched: int


class ConversationBody(ConversationHeadBody):
    """A conversation."""

    turns: list[dict[str, Any]]


class SharedTurnBody(Body):
    """A question and its answer."""

    question: Text = Field(max_length=100_000)
    answer: Answer


class NewShareBody(Body):
    """What is to be shared, as it is now."""

    title: Text = Field(default="", max_length=200)
    turns: tuple[SharedTurnBody, ...] = Field(
        min_length=1,
        max_length=200,
        description="问题，和 /v1/ask 给的整个回答",
        examples=[[{"question": "什么是低空经济？", "answer": _ANSWER}]],
    )
    anyone: bool = Field(
        default=False, strict=True, description="不登录也能看；要设置 team.public_shares 允许"
    )


class ShareBody(BaseModel):
    """A link."""

    id: int
    path: str = Field(description="链接，接在服务的地址后面", examples=["/s/…"])
    title: str
    by: str
    anyone: bool
    created: str


class AuditBody(BaseModel):
    """Lines of the audit log, the latest first."""

    entries: list[dict[str, Any]]
    events: dict[str, str] = Field(description="各种操作的中文名")


def user_json(user: User) -> dict[str, Any]:
    """A user, as the command line and the API give them."""
    return {
        "name": user.name,
        "role": user.role.key,
        "role_words": _(user.role.words),
        "created": user.created,
        "has_password": user.has_password,
    }


def token_json(token: UserToken) -> dict[str, Any]:
    """A token, without the token itself."""
    return {"id": token.id, "label": token.label, "created": token.created}


def share_json(share: Share) -> dict[str, Any]:
    """A link."""
    return {
        "id": share.id,
        "path": f"/s/{share.key}",
        "title": share.title,
        "by": share.by,
        "anyone": share.anyone,
        "created": share.created,
    }
