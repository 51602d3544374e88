"""The addresses of drafts: proposed from the library, looked through, saved as a question set."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from eval.converting import content_of
from eval.drafting.draft_store import Draft
from eval.drafting.proposing import from_feedback, propose
from eval.feedback import FeedbackStore
from eval.question_formats.loss import Losses
from eval.question_formats.records import jsonl_text
from eval.question_sets import EvalQuestion
from ingest.files.loading import shown_name
from rag.data_model.documents import Article
from rag.errors import DraftMissing, NothingToDraft
from rag.library.library import Library
from ui.api.base import engine_of
from ui.evaluation_page.drafts import draft_html, drafts_html
from ui.evaluation_page.runner import RunnerOfUser, runner_of

_READ = 200
"""Articles that are read at a time, chosen by chance, so that a great library takes no minutes."""
_SPARE = 5
"""Times as many are proposed as are wanted: some are known already."""
_MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/json",
}
router = APIRouter(prefix="/evaluation/drafts", include_in_schema=False)


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProposeBody(_Body):
    """How many to propose."""

    count: int = Field(default=20, ge=1, le=200)


class DecideBody(_Body):
    """What a person says of a draft."""

    id: str = Field(max_length=300)
    state: Literal["open", "accepted", "rejected"]


class EditBody(_Body):
    """A draft as a person has changed it; lists as cells of a table write them, one a line."""

    id: str = Field(max_length=300)
    question: str = Field(max_length=5000)
    answerable: bool
    answers: str = Field(default="", max_length=20_000)
    evidence: str = Field(default="", max_length=50_000)


class SaveBody(_Body):
    """What the new set is called."""

    name: str = Field(min_length=1, max_length=200)


@router.get("")
async def show(request: Request) -> dict[str, Any]:
    """All that are open or accepted."""
    return await asyncio.to_thread(_overview, runner_of(request))


@router.post("")
async def make(body: ProposeBody, request: Request) -> dict[str, Any]:
    """Propose new ones from the library, and from what people said of answers."""
    runner, folder = runner_of(request), engine_of(request).settings.data_dir

    def work() -> dict[str, Any]:
        articles = _some_articles(folder)
        judged = from_feedback(FeedbackStore(folder).judgements(runner.user))
        added = runner.drafts.add(judged, articles, len(judged)) if judged else 0
        proposed = propose(articles, _SPARE * body.count)
        added += runner.drafts.add(proposed, articles, body.count)
        if not added:
            raise NothingToDraft
        return _overview(runner) | {"added": added}

    return await asyncio.to_thread(work)


@router.post("/decide")
async def decide(body: DecideBody, request: Request) -> dict[str, Any]:
    """Accept, reject or reopen."""
    runner = runner_of(request)
    return await _one(runner, lambda: runner.drafts.decide(body.id, body.state))


@router.patch("")
async def edit(body: EditBody, request: Request) -> dict[str, Any]:
    """Change one."""
    runner = runner_of(request)
    fields = body.model_dump(exclude={"id"}) | ({} if body.answerable else {"answers": ""})
    return await _one(runner, lambda: runner.drafts.edit(body.id, fields))


@router.post("/save")
async def save(body: SaveBody, request: Request) -> dict[str, Any]:
    """Make a question set of those accepted."""
    runner = runner_of(request)
    made: list[str] = []

    def keep(questions: list[EvalQuestion]) -> None:
        data = jsonl_text(questions).encode()
        made.append(runner.shelf.add_set(shown_name(body.name), data)[0].id)

    def work() -> dict[str, Any]:
        count = runner.drafts.take(keep)
        return _overview(runner) | {"set_id": made[0], "saved": count}

    return await asyncio.to_thread(work)


@router.get("/file.{form}")
async def download(form: Literal["xlsx", "csv", "jsonl"], request: Request) -> Response:
    """Those that are open or accepted, to look through elsewhere."""
    runner = runner_of(request)

    def work() -> bytes:
        questions = [one.question for one in runner.drafts.drafts()]
        if not questions:
            raise DraftMissing(draft_id="（一个也没有）")
        return content_of(questions, form, Losses())

    name = f"drafts-{date.today():%Y%m%d}.{form}"
    return Response(
        await asyncio.to_thread(work),
        media_type=_MEDIA_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _one(runner: RunnerOfUser, change: Callable[[], Draft]) -> dict[str, Any]:
    def work() -> dict[str, Any]:
        html = draft_html(change())
        return _counts(runner) | {"html": html}

    return await asyncio.to_thread(work)


def _overview(runner: RunnerOfUser) -> dict[str, Any]:
    return _counts(runner) | {"html": drafts_html(runner.drafts.drafts())}


def _counts(runner: RunnerOfUser) -> dict[str, Any]:
    drafts = runner.drafts
    return {"open": len(drafts.drafts("open")), "accepted": len(drafts.drafts("accepted"))}


def _some_articles(folder: Path) -> list[Article]:
    with Library.open(folder) as library:
        heads = library.heads() if library.exists else []
        chosen = heads if len(heads) <= _READ else random.sample(list(heads), _READ)
        found = library.articles_by_key([head.key for head in chosen])
    return [found[head.key].article for head in chosen if head.key in found]
