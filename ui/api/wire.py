"""Bodies of requests, and the JSON forms that are not an `Answer`."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from ingest.metadata import normal_page
from rag.data_model.answers import Filters, Question
from rag.data_model.documents import Article, Paragraph
from rag.data_model.found import FoundPassage
from rag.errors import BadEncoding
from rag.library.records import StoredArticle, StoredHead
from ui.intake.jobs import FileStatus, JobStatus


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


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FiltersBody(_Body):
    """Which articles may answer; what is empty or left out does not restrict."""

    articles: tuple[Text, ...] = Field(default=(), description="文章编号", max_length=1000)
    newspaper: Text | None = Field(default=None, examples=["重庆日报"])
    author: Text | None = None
    speaker: Text | None = None
    section: Text | None = Field(default=None, description="文章里的小标题")
    page: Annotated[Text, AfterValidator(normal_page)] | None = Field(
        default=None, description="版次", examples=["5"]
    )
    date_from: Day | None = Field(default=None, description="从这一天起（含）")
    date_to: Day | None = Field(default=None, description="到这一天止（含）")

    @property
    def filters(self) -> Filters:
        """The record that the pipeline takes."""
        return Filters(**dict(self))


class AskBody(_Body):
    """A question, with the earlier questions of the conversation, oldest first."""

    question: Text = Field(examples=["重庆市内有多少所高等院校？"])
    history: tuple[Text, ...] | None = Field(
        default=(), max_length=100, examples=[["卫星互联网是什么？"]]
    )
    id: Text | None = Field(default=None, max_length=200)
    filters: FiltersBody = Field(default=FiltersBody(), description="只在这些文章里找")
    exact: bool = Field(default=False, strict=True, description=EXACT)

    def as_question(self) -> Question:
        """The record that the pipeline takes."""
        given = {"history": self.history or (), "filters": self.filters.filters}
        return Question(**dict(self) | given)


class SearchBody(_Body):
    """A search for passages."""

    query: Text = Field(examples=["卫星互联网"])
    limit: int = Field(default=10, ge=1, le=100, strict=True)
    filters: FiltersBody = Field(default=FiltersBody(), description="只在这些文章里找")


class ErrorBody(BaseModel):
    """What every failure looks like."""

    code: str = Field(examples=["question_empty"])
    message_zh: str = Field(examples=["问题是空的。"])
    hint: str = Field(examples=["请输入一句要问的话。"])


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


class ArticleParagraph(BaseModel):
    """A numbered paragraph."""

    n: int = Field(description="从 1 数起")
    text: str
    section: str | None
    speaker: str | None
    spans: list[tuple[int, int]] = Field(description="在解码后的源文件中的 [起, 止)")


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


class JobBody(BaseModel):
    """An upload on its way into the library."""

    job_id: str
    status: JobStatus
    done: int = Field(description="已读完的文件数")
    total: int
    passages: int
    error: ErrorBody | None
    files: list[FileBody]


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
    }
