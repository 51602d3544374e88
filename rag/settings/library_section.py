"""Where passages are searched: in the embedded indexes, or in a Milvus that servers share."""

from __future__ import annotations

from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from rag.settings.addresses import parts_of, says_more
from rag.settings.section import SECRET, Section

LOCAL = ".db"
"""How the path of a Milvus Lite ends: an engine in this very process, for one process at a time."""
_SCHEMES = {"http", "https"}


class LibrarySettings(Section):
    """Which engine finds passages; the articles themselves stay in the data directory."""

    url: str = Field(
        default="",
        description="用 Milvus 查找：它的地址，如 http://milvus:19530；或以 .db 结尾的路径，"
        "用本机的 Milvus Lite（同时只能有一个进程打开）。留空用自带的索引。",
    )
    token: str = Field(
        default="",
        description="Milvus 要的口令（用户名:密码，或密钥）；没有就留空。"
        "写进文件时，请只让自己能读那个文件。",
        json_schema_extra=SECRET,
    )
    index: Literal["exact", "auto", "hnsw", "ivf_sq8", "diskann"] = Field(
        default="exact",
        description="Milvus 里向量的索引：exact 逐个比，一个不漏；库大了选 auto（由它定）、hnsw、"
        "ivf_sq8 或 diskann，快得多，会漏掉少数。改了要运行 youju doctor --rebuild。",
    )
    timeout: float = Field(default=10.0, ge=0.1, le=600, description="一次查找最多等 Milvus 几秒。")

    @property
    def is_local(self) -> bool:
        """Whether the engine is a Milvus Lite in this process."""
        return bool(self.url) and urlsplit(self.url).scheme not in _SCHEMES

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if not self.url:
            return self
        parts = parts_of(self.url)
        if parts.scheme in _SCHEMES:
            if not parts.hostname:
                raise ValueError("url 要写明主机，如 http://milvus:19530")
            if says_more(parts):
                raise ValueError("url 里不能有用户名、口令或参数；口令请写 token")
        elif "://" in self.url or not self.url.endswith(LOCAL):
            raise ValueError("url 要以 http:// 或 https:// 开头，或者是以 .db 结尾的路径")
        return self
