"""What the chat's script may ask of the server, through Gradio's component.

Each function takes one JSON object and gives one back. None raises: a failure is HTML as well.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.feedback import Feedback, FeedbackStore, questions_text
from rag.data_model.answers import Answer, Question
from rag.desk.suggestions import candidates
from rag.errors import BadRequest, NoFeedback, YoujuError
from rag.library.catalogue_queries import Sought
from rag.library.library import Library
from rag.library.records import StoredArticle, Version
from ui.accounts.roles import present
from ui.chat.answer_view import answer_html, error_html
from ui.chat.article_view import Fate, article_html
from ui.chat.catalogue import choices, titled
from ui.chat.exporting import Conversation, ExportedFile, exported
from ui.chat.suggestion_view import suggestion_html
from ui.chat.target import Target
from ui.engine import Engine, Pipeline
from ui.language import _, message
from ui.language.errors import worded

_SAMPLED_ARTICLES = 50
_SUGGESTED = 4

B = TypeVar("B", bound=BaseModel)
ServerFunction = Callable[[Any], Awaitable[dict[str, Any]]]


class _Answers(BaseModel):
    model_config = ConfigDict(frozen=True)

    answers: tuple[Answer, ...] = Field(max_length=1000)


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True)

    words: str = Field(default="", max_length=200)


def server_functions(engine: Engine) -> list[ServerFunction]:
    """Functions that the script calls by their names."""
    chat = _Chat(engine)

    async def welcome(_: Any) -> dict[str, Any]:
        return await _guarded(chat.welcome())

    async def suggest(_: Any) -> dict[str, Any]:
        return await _guarded(chat.suggest())

    async def find_articles(data: Any) -> dict[str, Any]:
        return await _guarded(chat.find_articles(data))

    async def read_article(data: Any) -> dict[str, Any]:
        return await _guarded(chat.read_article(data))

    async def show(data: Any) -> dict[str, Any]:
        return await _guarded(chat.show(data))

    async def export(data: Any) -> dict[str, Any]:
        return await _guarded(chat.export(data))

    async def rate(data: Any) -> dict[str, Any]:
        return await _guarded(chat.rate(data))

    async def export_feedback(_: Any) -> dict[str, Any]:
        return await _guarded(chat.export_feedback())

    return [welcome, suggest, find_articles, read_article, show, export, rate, export_feedback]


class _Chat:
    """The functions themselves. Remembers the suggestions of a generation."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._feedback = FeedbackStore(engine.settings.data_dir)
        self._suggested: tuple[Version | None, list[str]] = (None, [])

    async def welcome(self) -> dict[str, Any]:
        """What is in the library; where it is empty, how to fill it."""
        offered = await self._engine.run(lambda pipeline: choices(pipeline.library))
        return {**offered, "html": "" if offered["articles"] else _empty_library()}

    async def suggest(self) -> dict[str, Any]:
        """Questions to start with."""
        return {"html": suggestion_html(await self._engine.run(self._suggestions))}

    async def find_articles(self, data: Any) -> dict[str, Any]:
        """Articles by words of their title."""
        words = _validated(_Words, data).words
        return {"found": await self._engine.run(lambda one: titled(one.library, words))}

    async def read_article(self, data: Any) -> dict[str, Any]:
        """The article that a citation names, the quote marked."""
        target = _validated(Target, data)
        return await self._engine.run(lambda pipeline: _article_read(pipeline.library, target))

    async def show(self, data: Any) -> dict[str, Any]:
        """Answers that the browser kept, as HTML again."""
        return {"html": [answer_html(answer) for answer in _validated(_Answers, data).answers]}

    async def export(self, data: Any) -> dict[str, Any]:
        """A conversation as a file."""
        return _file(exported(_validated(Conversation, data)))

    async def rate(self, data: Any) -> dict[str, Any]:
        """Keep what a person thought of an answer."""
        feedback = _validated(Feedback, data).model_copy(update={"by": present().uid})
        await self._engine.run(lambda _: self._feedback.add(feedback))
        return {"kept": True}

    async def export_feedback(self) -> dict[str, Any]:
        """All judgements as a question set; of a user, their own."""
        by = present().uid or None
        judgements = await self._engine.run(lambda _: self._feedback.judgements(by))
        if not judgements:
            raise NoFeedback
        content = questions_text(judgements).encode()
        return _file(ExportedFile(_("有据评价.jsonl"), "application/x-ndjson", content))

    def _suggestions(self, pipeline: Pipeline) -> list[str]:
        """Questions that the library really answers."""
        version = pipeline.library.version
        if self._suggested[0] != version:
            latest = pipeline.library.sought_keys(Sought(), "stored", _SAMPLED_ARTICLES)
            read = pipeline.library.articles_by_key(latest)
            stored = [read[key] for key in sorted(read)]
            answered: list[str] = []
            for question in candidates(one.article for one in stored):
                if len(answered) == _SUGGESTED:
                    break
                if pipeline.try_out(Question(question=question)).answered:
                    answered.append(question)
            self._suggested = version, answered
        return self._suggested[1]


def _empty_library() -> str:
    link = f'<a class="yj-link" href="/library">{_("文章")}</a>'
    return (
        f'<div class="yj-teach"><p><strong>{_("库里还没有文章。")}</strong>'
        f"{_('到{}页把文件拖进去，或在终端里导入：', link)}</p>"
        f"<p><code>{_('youju ingest 文件或文件夹')}</code></p>"
        f"<p>{_('报纸整版、报告、访谈都可以；导入后直接提问，不用重新启动。')}</p></div>"
    )


async def _guarded(work: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    try:
        return await work
    except YoujuError as error:
        return {"html": error_html(error), "error": worded(error)}


def _article_read(library: Library, target: Target) -> dict[str, Any]:
    """The version that was quoted, where it is kept; else the one of today."""
    now = library.article(target.article_id)
    stored = now if now.sha256 == target.sha256 else _version_of(library, target) or now
    source = library.source(stored.sha256, stored.file)
    html = article_html(stored, target, source.text if source else "", _fate(library, stored))
    return {"html": html, "title": stored.article.title}


def _fate(library: Library, stored: StoredArticle) -> Fate:
    if not stored.superseded:
        return "live"
    newer = (one for one in library.heads() if one.path == stored.path)
    return "replaced" if any(one.sha256 != stored.sha256 for one in newer) else "removed"


def _version_of(library: Library, target: Target) -> StoredArticle | None:
    quoted = (v for v in library.versions(target.article_id) if v.sha256 == target.sha256)
    return max(quoted, key=lambda version: version.key, default=None)


def _file(file: ExportedFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "type": file.media_type,
        "content": base64.b64encode(file.content).decode("ascii"),
    }


def _validated(kind: type[B], data: Any) -> B:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        raise BadRequest(reason=message("页面发来的内容不合要求")) from error
