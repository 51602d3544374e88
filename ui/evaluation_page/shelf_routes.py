"""The addresses that rename and delete question sets and runs."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from ingest.files.loading import shown_name
from rag.errors import BadRequest, UsageInvalid
from ui.evaluation_page.runner import runner_of

router = APIRouter(prefix="/evaluation", include_in_schema=False)


class NameBody(BaseModel):
    """A new name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(max_length=200)

    def shown(self) -> str:
        """The name as it is kept.

        Raises:
            BadRequest: nothing of it can be seen.
        """
        name = shown_name(self.name).strip()
        if not name:
            raise BadRequest(reason="名字是空的")
        return name


@router.patch("/sets/{set_id}")
async def rename_set(set_id: str, body: NameBody, request: Request) -> dict[str, str]:
    """Call a set something else."""
    shelf = runner_of(request).shelf
    return {"name": (await asyncio.to_thread(shelf.rename_set, set_id, body.shown())).name}


@router.delete("/sets/{set_id}")
async def remove_set(set_id: str, request: Request) -> dict[str, str]:
    """Forget a set; its runs stay."""
    await asyncio.to_thread(runner_of(request).shelf.remove_set, set_id)
    return {}


@router.patch("/runs/{run_id}")
async def rename_run(run_id: str, body: NameBody, request: Request) -> dict[str, str]:
    """Call a run something else."""
    shelf = runner_of(request).shelf
    return {"name": (await asyncio.to_thread(shelf.rename, run_id, body.shown())).name}


@router.delete("/runs/{run_id}")
async def remove_run(run_id: str, request: Request) -> dict[str, str]:
    """Forget a run."""
    runner = runner_of(request)
    active = runner.progress
    if active is not None and active.run_id == run_id:
        raise UsageInvalid(reason="这次评测还在进行，请先停下它。", command="youju evaluate")
    await asyncio.to_thread(runner.shelf.remove, run_id)
    return {}
