"""What can be set of the models, and of what may choose in the reader's place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from rag.settings.addresses import parts_of, says_more
from rag.settings.section import REBUILD, SECRET, Section

Backend = Literal["torch", "openvino", "onnx"]
Dtype = Literal["auto", "float32", "bfloat16", "float16"]

_DEVICE = re.compile(r"auto|cpu|mps|(?:cuda|xpu)(?::\d{1,3})?")
_DTYPE = (
    "自选的模型算得多细：auto 在显卡上照模型文件、在处理器上用 float32；float16、bfloat16 省内存。"
)
_BACKEND = "自选的模型用什么算：torch，openvino（只用处理器，载入时转换）"


class RunSettings(Section):
    """How a model of the user's choice runs; the bundled ones have their own way."""

    device: str = Field(
        default="auto",
        description="自选的模型在哪里算：auto 有显卡就用显卡，"
        "也可以写 cpu、cuda、cuda:1、mps、xpu。",
    )
    dtype: Dtype = Field(default="auto", description=_DTYPE)
    batch: int = Field(
        default=8, ge=1, le=1024, description="自选的模型一次算几段；显卡上可以大得多。"
    )
    backend: Backend = Field(
        default="torch", description=f"{_BACKEND}，onnx（只有阅读模型，要模型自带）。"
    )

    @field_validator("device")
    @classmethod
    def _known(cls, device: str) -> str:
        if not _DEVICE.fullmatch(device):
            raise ValueError(f"{device[:40]} 不行，应是 auto、cpu、cuda、cuda:1、mps 或 xpu")
        return device


class EmbeddingSettings(RunSettings):
    """The model that embeds passages and questions."""

    model: str = Field(
        default="",
        description="向量模型：留空用自带的；也可以写本机上的模型目录"
        "，或 sentence-transformers 认得的名字。",
        json_schema_extra=REBUILD,
    )
    dtype: Dtype = Field(default="auto", description=_DTYPE, json_schema_extra=REBUILD)
    backend: Backend = Field(
        default="torch",
        description=f"{_BACKEND}；onnx 在这里不能用。",
        json_schema_extra=REBUILD,
    )
    cache_dir: Path | None = Field(
        default=None, description="自带模型还原出来的文件放在哪个目录；不写则放在用户的缓存目录。"
    )
    threads: int = Field(
        default=0, ge=0, description="模型用几个线程；0 表示处理器有几个核就用几个。"
    )
    streams: int = Field(
        default=1,
        ge=1,
        le=64,
        description="同时能算几个问题的向量；启动服务时会按处理器的核数自动加大。",
    )


class ReaderSettings(RunSettings):
    """What reads passages for evidence."""

    model: str = Field(
        default="",
        description="阅读模型：留空用自带的；也可以写抽取式问答或标句子的模型的目录或名字。"
        "换了请用 youju calibrate 校准。",
    )
    window: int = Field(
        default=512,
        ge=64,
        le=8192,
        description="自选的阅读模型一次最多看多少个词元；超过模型学过的不算。",
    )


class RerankerSettings(RunSettings):
    """What orders passages between retrieval and reading."""

    model: str = Field(
        default="",
        description="重排模型：留空不重排；也可以写 sentence-transformers 的 CrossEncoder "
        "的目录或名字。",
    )
    candidates: int = Field(default=30, ge=2, le=500, description="重排多少个片段，再取前几个。")


class ChooserSettings(Section):
    """An OpenAI-compatible endpoint that may choose among sentences."""

    url: str = Field(
        default="",
        description="让别处的模型挑句子：OpenAI 兼容的地址，写到 /v1 为止；留空不用。"
        "一用，提问时问题和查到的句子就会发往那里。",
    )
    model: str = Field(default="", max_length=200, description="那边的模型叫什么。")
    key: str = Field(
        default="",
        description="那边要的密钥；没有就留空。写进文件时，请只让自己能读那个文件。",
        json_schema_extra=SECRET,
    )
    key_file: Path | None = Field(
        default=None, description="没有直接写密钥时，从这个文件里读密钥。"
    )
    timeout: float = Field(
        default=20.0, ge=0.1, le=300, description="最多等它几秒；超过就照阅读模型的次序。"
    )
    budget: int = Field(default=1000, ge=1, description="一天最多问它多少次，用完就不再问。")
    sentences: int = Field(default=20, ge=2, le=60, description="一次给它几句来挑。")
    characters: int = Field(default=6000, ge=200, le=60_000, description="一次最多发出多少字。")
    confidence: float = Field(
        default=0.5,
        ge=0.0,
        le=1.0,
        description="它挑的句子至少算几分把握；不低于 answer.threshold 才会因它作答。",
    )
    failures: int = Field(default=3, ge=1, le=100, description="接连失败几次就歇一歇。")
    rest: float = Field(default=60.0, ge=0.1, le=86_400, description="歇几秒再试。")

    @property
    def place(self) -> str:
        """Where text goes: host, and port if one is named."""
        return urlsplit(self.url).netloc

    @property
    def stays_here(self) -> bool:
        """Whether that is another program on this machine."""
        return urlsplit(self.url).hostname in {"localhost", "127.0.0.1", "::1"}

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if not self.url:
            return self
        parts = parts_of(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("url 要以 http:// 或 https:// 开头，并写明主机")
        if says_more(parts):
            raise ValueError("url 里不能有用户名、口令或参数；密钥请写 key 或 key_file")
        if not self.model:
            raise ValueError("写了 url，也要写 model；请先写 model")
        return self
