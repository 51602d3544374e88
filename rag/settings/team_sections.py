"""What can be set for several people who share one server, and how much may be kept."""

from __future__ import annotations

from pydantic import Field

from rag.settings.section import Section


class TeamSettings(Section):
    """Users; without any, none of this counts but the sharing of links."""

    public_shares: bool = Field(
        default=False,
        description="允许“不登录也能看”的分享链接；不允许时，看分享也要先登录。",
    )
    session_days: int = Field(
        default=30, ge=1, le=365, description="登录一次管几天；改密码、退出、停止服务都会提前结束。"
    )
    history_mb: int = Field(
        default=200,
        ge=1,
        le=100_000,
        description="每个用户的对话记录最多留多少 MB；满了就不留最早的对话。",
    )
    audit_questions: bool = Field(
        default=False, description="操作记录里也记谁问了什么；默认只记导入、移除、设置等操作。"
    )
    audit_mb: int = Field(
        default=5, ge=1, le=1000, description="操作记录的一个文件最多多少 MB，满了换一个新文件。"
    )
    audit_files: int = Field(
        default=20, ge=2, le=1000, description="操作记录最多留几个文件，最早的不再留。"
    )


class QuotaSettings(Section):
    """How much the library, and each collection, may hold."""

    articles: int = Field(default=0, ge=0, description="文章库最多收多少篇文章；0 表示不限。")
    characters: int = Field(
        default=0, ge=0, description="文章库的正文合起来最多多少字；0 表示不限。"
    )
    collection_articles: int = Field(
        default=0, ge=0, description="每个文集最多收多少篇文章；0 表示不限。"
    )
    collection_characters: int = Field(
        default=0, ge=0, description="每个文集的正文合起来最多多少字；0 表示不限。"
    )
