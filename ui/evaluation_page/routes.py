"""The evaluation page's addresses: thin, all figures come from `eval`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, Response

from eval.comparison import compare
from eval.judging import Judged, judge
from eval.run_store import BUNDLED, KeptRun, RunStore
from ingest.files.loading import shown_name
from rag.errors import BadRequest, RunMissing
from rag.library.shelf_names import LONGEST
from ui.accounts.roles import Role, who_asks
from ui.api.base import engine_of
from ui.api.wire import Text
from ui.engine import Engine
from ui.evaluation_page import rendering
from ui.evaluation_page.passage import passage_html
from ui.evaluation_page.questions import lost_html, question_html, questions_html
from ui.evaluation_page.runner import runner_of
from ui.frame import framed
from ui.language.reasons import away

_MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".json": "application/json",
    ".jsonl": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".xml": "application/xml",
    ".txt": "text/plain; charset=utf-8",
}
router = APIRouter(prefix="/evaluation", include_in_schema=False)


class StartBody(BaseModel):
    """Which set to run, in which collections."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    set_id: str = Field(max_length=80)
    collections: tuple[Annotated[Text, Field(max_length=LONGEST)], ...] = Field((), max_length=50)


@router.get("")
async def page(request: Request) -> HTMLResponse:
    """The page."""
    engine = engine_of(request)
    return framed("evaluation_page", note=away(engine.settings.chooser), demo=engine.demo)


@router.get("/overview")
async def overview(request: Request, chosen: str = BUNDLED) -> dict[str, Any]:
    """Sets and runs."""
    runner = runner_of(request)
    active = runner.progress

    def read() -> dict[str, Any]:
        runs = runner.shelf.runs()
        return {
            "sets": rendering.sets_html(runner.shelf.sets(), chosen),
            "runs": rendering.runs_html(runs, active.run_id if active else None),
            "latest": runs[0].id if runs else None,
        }

    return await asyncio.to_thread(read)


@router.post("/sets")
async def add_set(request: Request) -> dict[str, Any]:
    """Keep a question set; the body is the file, `X-File-Name` its name."""
    name = shown_name(unquote(request.headers.get("x-file-name", "")) or "问题集")
    data = await request.body()
    kept, questions = await asyncio.to_thread(runner_of(request).shelf.add_set, name, data)
    return {"set_id": kept.id, "html": rendering.problems_html(questions.problems)}


@router.get("/progress")
async def progress(request: Request) -> dict[str, Any]:
    """Of the run under way; empty where none is."""
    now = runner_of(request).progress
    if now is None:
        return {}
    return {"run_id": now.run_id, "done": now.done, "total": now.total, "seconds": now.seconds}


@router.post("/runs")
async def start(body: StartBody, request: Request) -> dict[str, str]:
    """Begin a run."""
    start_run = runner_of(request).start
    return {"run_id": (await asyncio.to_thread(start_run, body.set_id, body.collections)).id}


@router.post("/cancel")
async def cancel(request: Request) -> dict[str, str]:
    """Stop the run under way; what is answered stays. Admins stop anybody's, without seeing it."""
    runner_of(request).cancel(anyones=who_asks(request).role is Role.ADMIN)
    return {}


@router.post("/runs/{run_id}/resume")
async def resume(run_id: str, request: Request) -> dict[str, str]:
    """Go on with a run that did not finish."""
    return {"run_id": (await asyncio.to_thread(runner_of(request).resume, run_id)).id}


@router.get("/runs/{run_id}")
async def show(run_id: str, request: Request, fault: str = "", kind: str = "") -> dict[str, str]:
    """A run's figures and its questions."""
    runner = runner_of(request)
    shelf, now = runner.shelf, runner.progress
    active = now is not None and now.run_id == run_id

    def read() -> dict[str, str]:
        run = shelf.run(run_id)
        others = [one for one in shelf.runs() if _comparable(one, run)]
        return {
            "html": rendering.run_html(
                run, shelf.report(run), others, shelf.files(run), active=active
            ),
            "questions": questions_html(
                _judged(shelf, run), fault, kind, run.id, shelf.losses(run)
            ),
        }

    return await asyncio.to_thread(read)


@router.get("/runs/{run_id}/question")
async def show_question(run_id: str, request: Request, id: str) -> dict[str, str]:  # noqa: A002
    """One question of a run, side by side with its answer."""
    shelf = runner_of(request).shelf

    def read() -> dict[str, str]:
        run = shelf.run(run_id)
        found = [one for one in _judged(shelf, run) if one.question.id == id]
        if not found:
            raise BadRequest(reason="这次评测里没有这一题")
        return {"html": question_html(found[0], shelf.losses(run).get(id))}

    return await asyncio.to_thread(read)


@router.get("/runs/{run_id}/passage")
async def show_lost(run_id: str, request: Request, id: str) -> HTMLResponse:  # noqa: A002
    """The passage that should have won a question, beside what did, each with its scores."""
    engine, shelf = engine_of(request), runner_of(request).shelf

    def read() -> tuple[Judged, dict[str, Any]]:
        run = shelf.run(run_id)
        lost = shelf.losses(run).get(id, {})
        found = [one for one in _judged(shelf, run) if one.question.id == id]
        if not found or not lost.get("gold"):
            raise BadRequest(reason="这次评测里没有这一题该引的段落")
        return found[0], lost

    one, lost = await asyncio.to_thread(read)
    gold = lost["gold"]
    stored = await engine.run(lambda pipeline: pipeline.library.article(gold["article_id"]))
    shown = passage_html(stored.article, gold["paragraph"], gold["text"])
    return framed("evaluation_page", lost_html(one, lost) + shown, demo=engine.demo)


@router.get("/articles/{article_id:path}")
async def show_passage(
    article_id: str, request: Request, paragraph: int = 1, text: str = ""
) -> HTMLResponse:
    """An article of the library, one of its paragraphs marked."""
    engine: Engine = request.app.state.engine
    stored = await engine.run(lambda pipeline: pipeline.library.article(article_id))
    shown = passage_html(stored.article, paragraph, text[:2000])
    return framed("evaluation_page", shown, demo=engine.demo)


@router.get("/runs/{run_id}/compare/{other_id}")
async def show_comparison(run_id: str, other_id: str, request: Request) -> dict[str, str]:
    """What this run does differently from an earlier one of the same set."""
    shelf = runner_of(request).shelf

    def read() -> dict[str, str]:
        run, other = shelf.run(run_id), shelf.run(other_id)
        if not _comparable(other, run):
            raise BadRequest(reason="两次评测的问题集不同，或还没有做完")
        compared = compare(shelf.answers(other), shelf.answers(run), shelf.questions(run))
        return {"html": rendering.comparison_html(compared, other, run)}

    return await asyncio.to_thread(read)


@router.get("/runs/{run_id}/{file}")
async def download(run_id: str, file: str, request: Request) -> Response:
    """The report or the answers, to keep."""
    shelf = runner_of(request).shelf
    path = await asyncio.to_thread(lambda: _file(shelf, shelf.run(run_id), file))
    name = f"{run_id}-{file}"
    return Response(
        await asyncio.to_thread(path.read_bytes),
        media_type=_MEDIA_TYPES.get(path.suffix, "application/octet-stream"),
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _file(shelf: RunStore, run: KeptRun, file: str) -> Path:
    path = shelf.file(run, file)
    if path is None:
        raise RunMissing(run_id=f"{run.id}/{file}")
    return path


def _comparable(one: KeptRun, run: KeptRun) -> bool:
    return one.id != run.id and one.set_id == run.set_id and one.state == "finished"


def _judged(shelf: RunStore, run: KeptRun) -> list[Judged]:
    """The questions judged by what their answers show; a run under way has those asked so far."""
    answers = shelf.answers(run)
    finished = run.state == "finished"
    return [
        judge(question, answers.answers.get(question.id))
        for question in shelf.questions(run)
        if finished or answers.has(question)
    ]
