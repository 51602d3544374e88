"""The settings themselves, frozen. Unknown keys are errors.

A field's description is what people read of it, on the command line, on the page and in
`docs/settings.md`; its constraints are the range they read. Once changed, most take effect when the
program starts again; `NOW` marks those that need no start, because no model or index hangs on them.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from rag.settings.library_section import LibrarySettings
from rag.settings.model_sections import (
    ChooserSettings,
    EmbeddingSettings,
    ReaderSettings,
    RerankerSettings,
)
from rag.settings.section import NEW_ARTICLES, NOW, SECRET, Section
from rag.settings.team_sections import QuotaSettings, TeamSettings
from rag.settings.ui_section import UiSettings

_WEB = ("http://", "https://")
_HEADER = re.compile(
    r"(?!(?:cookie|authorization|host|origin|forwarded|x-forwarded-.*)$)[a-z0-9]+(?:-[a-z0-9]+)*",
    re.IGNORECASE,
)
"""Of a header that a proxy may write a user's name into; others have a meaning of their own."""
_OF_THE_MACHINE = {"device", "batch"}
"""They change how soon an answer comes, and nothing in it beyond rounding."""
_OF_THE_CHOOSER = {"url", "model", "sentences", "characters", "confidence"}


class PassageSettings(Section):
    """How articles are cut for retrieval."""

    size: int = Field(
        default=300,
        ge=50,
        le=2000,
        description="文章切成片段来检索，一个片段最多几个字。",
        json_schema_extra=NEW_ARTICLES,
    )


class RetrievalSettings(Section):
    """How passages are found."""

    systems: Literal["both", "dense", "lexical"] = Field(
        default="both",
        description="靠什么查找：both 按意思也按词语，dense 只按意思，lexical 只按词语。",
        json_schema_extra=NOW,
    )
    candidates: int = Field(
        default=50,
        ge=1,
        le=1000,
        description="按意思、按词语各先取出几个片段，再合起来排名。",
        json_schema_extra=NOW,
    )
    rrf_k: int = Field(
        default=60,
        ge=1,
        le=10_000,
        description="合并两个排名的常数：越大，名次之间的差别越小。",
        json_schema_extra=NOW,
    )
    passages: int = Field(
        default=12,
        ge=1,
        le=100,
        description="排在最前的几个片段拿来找证据；越多越不会漏，也越慢。",
        json_schema_extra=NOW,
    )
    remembered_articles: int = Field(
        default=5000,
        ge=0,
        le=100_000,
        description="内存里最多留几篇读过的文章，下次用到就不必再从库里读。",
        json_schema_extra=NOW,
    )


class AnswerSettings(Section):
    """How evidence becomes an answer, or a refusal."""

    scorer: Literal["reader", "features"] = Field(
        default="reader",
        description="谁来判断一句话是不是答案：reader 用阅读模型，答得好；"
        "features 只比对字词和意思，快得多。",
    )
    read: int = Field(
        default=4,
        ge=1,
        le=20,
        description="阅读模型先细读几个片段。",
        json_schema_extra=NOW,
    )
    read_more: int = Field(
        default=4,
        ge=0,
        le=20,
        description="先读的片段里都不像有答案时，再多读几个。",
        json_schema_extra=NOW,
    )
    threshold: float = Field(
        default=0.2,
        ge=0.0,
        le=1.0,
        description="把握低于它就拒答。调高，错答少而拒答多；调低则相反。"
        "可用 youju calibrate 在自己的问题上选。",
        json_schema_extra=NOW,
    )
    threshold_appended: float = Field(
        default=0.3,
        ge=0.0,
        le=1.0,
        description="接在上文后面去找的追问（如“工期多久”），把握低于它就拒答：上文那一问答得了，"
        "这一问未必。",
        json_schema_extra=NOW,
    )
    threshold_why: float = Field(
        default=0.12,
        ge=0.0,
        le=1.0,
        description="问原因的，把握低于它就拒答：文章很少用“因为”说原因，这类问题的把握普遍偏低。"
        "改了 answer.threshold 而没有改它，问原因的就也按 answer.threshold 算。",
        json_schema_extra=NOW,
    )
    sure: float = Field(
        default=0.6,
        ge=0.0,
        le=1.0,
        description="把握低于它（而没有低到拒答）时，写明“不敢肯定”，照样引原文。",
        json_schema_extra=NOW,
    )
    enough: float = Field(
        default=0.9,
        ge=0.0,
        le=1.0,
        description="引文一句句加上去，直到答案在其中的可能达到它为止。调低，引得少。",
        json_schema_extra=NOW,
    )
    max_quote: int = Field(
        default=130,
        ge=20,
        le=2000,
        description="一个回答的引文大约最多多少字；列举不受它限制。",
        json_schema_extra=NOW,
    )
    short_answer: Literal["sure", "always"] = Field(
        default="sure",
        description="何时写出几个字的简答：sure 只在有把握时，always 总是写。",
        json_schema_extra=NOW,
    )
    nearest: int = Field(
        default=3,
        ge=0,
        le=20,
        description="拒答时最多列出几处最接近的段落。",
        json_schema_extra=NOW,
    )
    question_limit: int = Field(
        default=2000,
        ge=1,
        le=100_000,
        description="一个问题最多多少字，更长的不接受。",
        json_schema_extra=NOW,
    )

    @property
    def threshold_of_why(self) -> float:
        """What evidence for a reason has to be believed: what was chosen for all holds for it."""
        fields = type(self).model_fields
        why_is_chosen = self.threshold_why != fields["threshold_why"].default
        if self.threshold != fields["threshold"].default and not why_is_chosen:
            return self.threshold
        return min(self.threshold, self.threshold_why)


class ServerSettings(Section):
    """Where the server listens, and how much it takes on at once."""

    host: str = Field(
        default="127.0.0.1",
        description="监听的地址；0.0.0.0 让别的机器也能访问，这时必须有访问口令。",
    )
    port: int = Field(
        default=7860, ge=0, le=65535, description="监听的端口；0 表示随便用一个空着的。"
    )
    token: str = Field(
        default="",
        description="访问口令：每个地址都要它；留空就不要。写进文件时，请只让自己能读那个文件。",
        json_schema_extra=SECRET,
    )
    token_file: Path | None = Field(
        default=None, description="没有直接写口令时，从这个文件里读口令。"
    )
    certfile: Path | None = Field(
        default=None,
        description="TLS 证书文件（PEM），有了它就以 https 提供服务；里面也可以有私钥。",
    )
    keyfile: Path | None = Field(
        default=None, description="证书的私钥文件（PEM）；不写则在证书文件里找。"
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="除了本机的名字，还可以用哪些主机名访问。"
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="别处的哪些网页和桌面程序可以用 /v1 接口；末尾的 * 代表任何字。"
    )
    behind_proxy: bool = Field(
        default=False,
        description="前面有自己的代理时才写 true：相信它写的 X-Forwarded-Host、-Proto、-For。",
    )
    user_header: str = Field(
        default="",
        max_length=100,
        description="前面的代理已让人登录时，它写用户名的请求头，如 X-Remote-User；留空不用。",
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(),
        description="只信哪些地址写的 server.user_header：代理的 IP 地址或网段，如 127.0.0.1。",
    )
    workers: int = Field(default=4, ge=1, le=64, description="同时回答几个问题。")
    queue: int = Field(default=64, ge=0, description="最多让几个问题排队，再多就请人稍后再试。")
    upload_limit_mb: int = Field(default=50, ge=1, description="一次上传的文件合起来最多多少 MB。")
    large_upload_mb: int = Field(
        default=1024, ge=1, description="分段上传（/v1/uploads）的一个文件最多多少 MB。"
    )
    uploads: int = Field(default=16, ge=1, description="最多让几次上传排队等着读。")

    @field_validator("allowed_hosts", "allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _several(cls, given: object) -> object:
        return several(given)

    @field_validator("user_header")
    @classmethod
    def _a_header(cls, name: str) -> str:
        if name and not _HEADER.fullmatch(name):
            raise ValueError("应当是请求头的名字：字母、数字和连字符，不能是 Cookie 之类通用的")
        return name

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for one in given:
            try:
                network = ipaddress.ip_network(one, strict=False)
            except ValueError:
                raise ValueError(f"{one[:60]} 不是 IP 地址或网段") from None
            if not network.prefixlen:
                raise ValueError(f"{one} 是所有地址，等于谁都可以冒名")
        return given

    @model_validator(mode="after")
    def _no_open_door(self) -> Self:
        if bool(self.user_header) != bool(self.trusted_proxies):
            raise ValueError("user_header 和 trusted_proxies 要一起写：信哪个请求头，信谁写的")
        open_to_all = [one for one in self.allowed_origins if _may_be_any_page(one.lower())]
        if open_to_all and not (self.token or self.token_file):
            raise ValueError(
                f"allowed_origins 写 {open_to_all[0]} 会让任何网页读到文章库，必须同时设访问口令"
            )
        return self


def several(given: object) -> object:
    """The environment has text only: a JSON list, or names between commas.

    Raises:
        ValueError: the list is not JSON.
    """
    if not isinstance(given, str):
        return given
    if given.lstrip().startswith("["):
        try:
            return json.loads(given)
        except ValueError:
            raise ValueError("不是合法的 JSON 列表") from None
    return tuple(name.strip() for name in given.split(",") if name.strip())


def _may_be_any_page(origin: str) -> bool:
    """Whether pages of the web that nobody named have an origin like this.

    `null` is that of any frame in a sandbox. A start says which host only where it goes on to the
    port: `http://localhost*` is `http://localhost.example` too.
    """
    if not origin.endswith("*"):
        return origin.rstrip("/") == "null"
    start = origin[:-1]
    if any(whole.startswith(start) for whole in _WEB) or "null".startswith(start):
        return True
    host = start.partition("://")[2].rpartition("]")[2]
    return start.startswith(_WEB) and ":" not in host


class Settings(Section):
    """All settings; what is said of a section is the heading of its group."""

    data_dir: Path = Field(
        default=Path(".youju"),
        description="文章库、评测、评价和 youju.toml 所在的目录，从运行命令的目录算起。"
        "只能用 --data-dir 或环境变量给，写在 youju.toml 里不算。",
    )
    embedding: EmbeddingSettings = Field(default=EmbeddingSettings(), description="向量模型")
    passages: PassageSettings = Field(default=PassageSettings(), description="怎样切分文章")
    retrieval: RetrievalSettings = Field(default=RetrievalSettings(), description="怎样查找")
    answer: AnswerSettings = Field(default=AnswerSettings(), description="怎样作答")
    reader: ReaderSettings = Field(default=ReaderSettings(), description="阅读模型")
    reranker: RerankerSettings = Field(default=RerankerSettings(), description="重排模型")
    chooser: ChooserSettings = Field(default=ChooserSettings(), description="让别处的模型挑句子")
    library: LibrarySettings = Field(default=LibrarySettings(), description="在哪里查找")
    server: ServerSettings = Field(default=ServerSettings(), description="网页与接口")
    ui: UiSettings = Field(default=UiSettings(), description="网页的语言")
    team: TeamSettings = Field(default=TeamSettings(), description="多人使用")
    quota: QuotaSettings = Field(default=QuotaSettings(), description="最多收多少")

    def fingerprint(self) -> str:
        """Twelve hex digits over the settings that change answers; the order of fields counts.

        Models that are not chosen are left out, so that it is what it was without them.
        """
        relevant = self.model_dump_json(include={"passages", "retrieval", "answer"})
        chosen = {
            name: part.model_dump(mode="json", exclude=_OF_THE_MACHINE)
            for name, part in (("reader", self.reader), ("reranker", self.reranker))
            if part.model
        }
        if self.chooser.url:
            chosen["chooser"] = self.chooser.model_dump(mode="json", include=_OF_THE_CHOOSER)
        if self.library.url:  # where it stands changes no answer, but its words' scores are others
            chosen["library"] = {"engine": "milvus", "index": self.library.index}
        if chosen:
            relevant += json.dumps(chosen, sort_keys=True)
        return hashlib.sha256(relevant.encode()).hexdigest()[:12]
