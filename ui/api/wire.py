"""Bodies of requests, and the JSON forms that are not an `Answer`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from ingest.lines.metadata import normal_page
from rag.data_model.answers import Filters, Question
from rag.data_model.documents import Article, Paragraph
from rag.data_model.found import FoundPassage
from rag.errors import BadEncoding
from rag.library.records import StoredArticle, StoredHead
from ui.intake.jobs import FileStatus, JobKind, JobStatus


def _real_characters(text: str) -> str:
    """Refuse lone surrogates, which JSON can spell and no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadEncoding from error
    return text


EXACT = "照原样查找：文章里没有的词也不当作错字"
Text = Annotated[str, AfterValidator(_real_characters)]


def _real_day(text: str) -> str:
    """Refuse what is no day: compared as text, it would let every article pass, or none."""
    if not text:
        return text
    try:
        if len(text) == len("2024-03-05"):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise PydanticCustomError("not_a_day", "not a day")


Day = Annotated[Text, AfterValidator(_real_day)]


class Body(BaseModel):
    """What a request says: nothing that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FiltersBody(Body):
    """Which articles may answer; what is empty or left out does not restrict."""

    articles: tuple[Text, ...] = Field(default=(), description="文章编号", max_length=1000)
    newspaper: Text | None = Field(default=None, examples=["江州日报"])
    author: Text | None = None
    speaker: Text | None = None
    section: Text | None = Field(default=None, description="文章里的小标题")
    page: Annotated[Text, AfterValidator(normal_page)] | None = Field(
        default=None, description="版次", examples=["5"]
    )
    date_from: Day | None = Field(default=None, description="从这一天起（含）")
    date_to: Day | None = Field(default=None, description="到这一天止（含）")
    collections: tuple[Text, ...] = Field(
        default=(), description="文集的名称，在其中任一个里的", max_length=100
    )
    tags: tuple[Text, ...] = Field(default=(), description="有其中任一个标签的", max_length=100)

    @property
    def filters(self) -> Filters:
        """The record that the pipeline takes."""
        return Filters(**dict(self))


class AskBody(Body):
    """A question, with the earlier questions of the conversation, oldest first."""

    question: Text = Field(examples=["什么是低空经济？"], description="要问的话")
    history: tuple[Text, ...] | None = Field(
        default=(),
        max_length=100,
        examples=[["江州市低空经济发展得怎么样？"]],
        description="这个对话里前面的问题，先问的在前",
    )
    id: Text | None = Field(default=None, max_length=200, description="原样写进回答")
    filters: FiltersBody = Field(default=FiltersBody(), description="只在这些文章里找")
    exact: bool = Field(default=False, strict=True, description=EXACT)

    def as_question(self) -> Question:
        """The record that the pipeline takes."""
        given = {"history": self.history or (), "filters": self.filters.filters}
        return Question(**dict(self) | given)


class SearchBody(Body):
    """A search for passages."""

    query: Text = Field(examples=["低空经济"], description="要找的话")
    limit: int = Field(default=10, ge=1, le=100, strict=True, description="最多几段")
    filters: FiltersBody = Field(default=FiltersBody(), description="只在这些文章里找")


class ErrorBody(BaseModel):
    """What every failure looks like."""

    code: str = Field(examples=["question_empty"])
    message_zh: str = Field(examples=["问题是空的。"])
    hint: str = Field(examples=["请输入一句要问的话。"])
    message_en: str | None = Field(default=None, description="英文的说明，只在选了英文时有")
    hint_en: str | None = Field(default=None, description="英文的建议，只在选了英文时有")
    fields: dict[str, str] | None = Field(
        default=None, description="只在改设置时有：哪一项错在哪里"
    )


class ArticleSummary(BaseModel):
    """An article, without its text."""

    article_id: str
    title: str = Field(examples=["灯塔岛的风电"])
    title_inferred: bool = Field(description="标题是否为程序所拟")
    authors: list[str]
    newspaper: str | None
    date: str | None = Field(examples=["2024-03-05"])
    page: str | None
    file: str = Field(description="源文件的名字")
    collection: str | None = Field(description="所在的文集", examples=["默认文集"])
    tags: list[str] = Field(description="标签")


class ArticleCell(BaseModel):
    """A cell of a table's row."""

    name: str = Field(description="栏名，不知道时为空", examples=["电话"])
    text: str = Field(description="格中的文字，空格子为空", examples=["5550103"])
    start: int = Field(description="在这一段 text 中从第几个字起")
    end: int


class ArticleParagraph(BaseModel):
    """A numbered paragraph."""

    n: int = Field(description="从 1 数起")
    text: str
    section: str | None
    speaker: str | None
    spans: list[tuple[int, int]] = Field(description="在解码后的源文件中的 [起, 止)")
    cells: list[ArticleCell] = Field(description="表格的一行有哪些格；不是表格的段落为空")


class ArticleJoin(BaseModel):
    """Where a broken page was put together."""

    at_paragraph: int
    confidence: float


class ArticleWhole(ArticleSummary):
    """An article with its paragraphs."""

    paragraphs: list[ArticleParagraph]
    joins: list[ArticleJoin]


class FileBody(BaseModel):
    """One file of an upload."""

    file: str
    status: FileStatus
    articles: list[str] = Field(description="文章编号")
    passages: int
    duplicate_of: str | None = Field(description="与哪个已存的文件内容相同")
    remarks: list[str] = Field(description="读它时略去、改动了什么")
    error: ErrorBody | None


class JobLine(BaseModel):
    """A line of a job's log."""

    at: str = Field(examples=["2024-03-05T08:00:00+00:00"])
    text: str


class JobSummary(BaseModel):
    """Work in the background, without its files and its log."""

    job_id: str
    kind: JobKind = Field(description="导入、更正、重建或评测")
    title: str
    status: JobStatus
    done: int = Field(description="已读完的文件数，或已答完的题数")
    total: int
    passages: int = Field(description="存入的段数")
    error: ErrorBody | None
    created: str
    began: str | None = Field(description="这一次从什么时候开始做")
    ended: str | None
    seconds: float = Field(description="做了几秒")
    share: float | None = Field(description="做完了几成，0 到 1；不知道就是 null")
    rate: float | None = Field(description="每秒几个 `unit`")
    unit: str = Field(examples=["段"])
    seconds_left: float | None = Field(description="大约还要几秒")
    can_cancel: bool
    can_retry: bool
    refused: int = Field(
        default=0, description="没有收下的文件数；全都没有收下时 `status` 是 `failed`"
    )
    stopping: bool = Field(default=False, description="已经有人取消，正在停下")
    awaiting: str | None = Field(default=None, description="正在等什么；没有在等就是 null")


class JobBody(JobSummary):
    """A job, whole: an upload has the results of its files."""

    files: list[FileBody]
    log: list[JobLine]


def article_summary(stored: StoredArticle | StoredHead) -> dict[str, Any]:
    """The contract's article, without its paragraphs."""
    article = stored.article
    return {
        "article_id": article.article_id,
        "title": article.title,
        "title_inferred": article.title_inferred,
        "authors": list(article.authors),
        "newspaper": article.newspaper,
        "date": article.date,
        "page": article.page,
        "file": stored.file,
        "superseded": stored.superseded,
        "reprint_group": stored.group,
        "collection": stored.collection,
        "tags": list(stored.tags),
    }


def article_whole(stored: StoredArticle) -> dict[str, Any]:
    """The contract's article with paragraphs and joins."""
    article: Article = stored.article
    return article_summary(stored) | {
        "paragraphs": [_paragraph(paragraph) for paragraph in article.paragraphs],
        "joins": [
            {"at_paragraph": join.at_paragraph, "confidence": join.confidence}
            for join in article.joins
        ],
    }


def hit_json(hit: FoundPassage) -> dict[str, Any]:
    """A passage that a search found."""
    passage = hit.passage
    return {
        "article_id": hit.article_id,
        "title": hit.title,
        "text": passage.text,
        "start": passage.start,
        "end": passage.end,
        "section": passage.section,
        "speaker": passage.speaker,
        "score": hit.score,
    }


def _paragraph(paragraph: Paragraph) -> dict[str, Any]:
    return {
        "n": paragraph.n,
        "text": paragraph.text,
        "section": paragraph.section,
        "speaker": paragraph.speaker,
        "spans": [list(span) for span in paragraph.spans],
        "cells": [
            {
                "name": cell.name,
                "text": paragraph.value(cell),
                "start": cell.start,
                "end": cell.end,
            }
            for cell in paragraph.cells
        ],
    }
