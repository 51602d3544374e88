"""Drafts that a person is looking through: what is open, accepted and rejected, in one file.

    evaluations/drafts.json

What was rejected, or saved in a set, is remembered by its id, so that it is not proposed again.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from eval.data_files import write_whole
from eval.question_formats.records import record_of as written
from eval.question_rows import record_of as fields_of
from eval.question_sets import EvalQuestion
from rag.data_model.documents import Article
from rag.errors import DataFileMissing, DataLineInvalid, DraftMissing, DraftUnusable
from rag.errors.reasons import why

State = Literal["open", "accepted", "rejected"]
_FILE = "drafts.json"


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the first evidence of a draft stands."""

    article_id: str
    title: str
    paragraph: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A question that somebody has to look at.

    Attributes:
        record: as a question set holds it.
        spot: None where nothing in the library holds its evidence, or it has none.
        edited: whether a person has changed it.
    """

    record: Mapping[str, Any]
    state: State = "open"
    spot: Spot | None = None
    edited: bool = False

    @property
    def id(self) -> str:
        """Of the question."""
        return str(self.record["id"])

    @property
    def question(self) -> EvalQuestion:
        """As a run asks it."""
        return EvalQuestion(**fields_of(dict(self.record), 1, Path(_FILE)))


class DraftStore:
    """The drafts of one data directory. Safe for many threads of one process.

    Raises:
        DataFileMissing, DataLineInvalid: from whatever reads them: they are there and unreadable.
    """

    def __init__(self, data_dir: Path, user: str = "") -> None:
        folder = data_dir / "evaluations"
        self.path = (folder / "users" / user if user else folder) / _FILE
        self._changing = threading.Lock()

    def drafts(self, *states: State) -> list[Draft]:
        """Those in these states, or all that are not rejected; in the order of their making."""
        wanted = states or ("open", "accepted")
        return [one for one in self._read()[0] if one.state in wanted]

    def add(self, proposed: Iterable[EvalQuestion], articles: Sequence[Article], most: int) -> int:
        """Keep what is new of these; how many that are.

        Args:
            proposed: drafts.
            articles: among which evidence is looked for.
            most: how many new ones to keep.

        Raises:
            DataFileMissing, StorageFull, StorageFailed: they cannot be kept.
        """
        with self._changing:
            drafts, saved = self._read()
            known = {one.id for one in drafts} | saved
            new = {q.id: q for q in proposed if q.id not in known}
            fresh = [
                Draft(written(one), spot=_spot(one, articles)) for one in list(new.values())[:most]
            ]
            self._write([*drafts, *fresh], saved)
        return len(fresh)

    def decide(self, draft_id: str, state: State) -> Draft:
        """Accept, reject or reopen a draft.

        Raises:
            DraftMissing: there is none of this id.
        """
        return self._changed(draft_id, lambda one: replace(one, state=state))

    def edit(self, draft_id: str, fields: Mapping[str, Any]) -> Draft:
        """Change fields of a draft, as cells of a table write them.

        Raises:
            DraftMissing: there is none of this id.
            DraftUnusable: it would be no question any more; says why.
        """

        def changed(one: Draft) -> Draft:
            try:
                record = fields_of({**one.record, **fields}, 1, Path(_FILE))
            except DataLineInvalid as error:
                raise DraftUnusable(reason=error.context["reason"]) from error
            return replace(one, record=written(EvalQuestion(**record)), edited=True)

        return self._changed(draft_id, changed)

    def take(self, keep: Callable[[list[EvalQuestion]], None]) -> int:
        """Give the accepted drafts away; they are drafts no more. How many there were.

        Args:
            keep: saves them; where it fails, all stays as it was.

        Raises:
            DraftMissing: none is accepted.
        """
        with self._changing:
            drafts, saved = self._read()
            accepted = [one for one in drafts if one.state == "accepted"]
            if not accepted:
                raise DraftMissing(draft_id="（还没有收下的）")
            keep([one.question for one in accepted])
            left = [one for one in drafts if one.state != "accepted"]
            self._write(left, saved | {one.id for one in accepted})
        return len(accepted)

    def _changed(self, draft_id: str, change: Callable[[Draft], Draft]) -> Draft:
        with self._changing:
            drafts, saved = self._read()
            for n, one in enumerate(drafts):
                if one.id == draft_id:
                    drafts[n] = change(one)
                    self._write(drafts, saved)
                    return drafts[n]
        raise DraftMissing(draft_id=draft_id)

    def _read(self) -> tuple[list[Draft], set[str]]:
        """The drafts, and the ids of those that were saved; none only where there is no file.

        Raises:
            DataFileMissing, DataLineInvalid: what is there cannot be read; taking it for nothing
                would have the next change write over all that was decided.
        """
        try:
            kept = json.loads(self.path.read_text(encoding="utf-8"))
            drafts = [
                Draft(**{**one, "spot": Spot(**one["spot"]) if one["spot"] else None})
                for one in kept["drafts"]
            ]
            return drafts, set(kept["saved"])
        except FileNotFoundError:
            return [], set()
        except OSError as error:
            raise DataFileMissing(file=self.path, reason=why(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            reason = "不是完整的草稿；请从备份恢复这个文件，或把它移到别处再重新拟"
            raise DataLineInvalid(file=self.path, line=1, reason=reason) from error

    def _write(self, drafts: Sequence[Draft], saved: Iterable[str]) -> None:
        kept = {"drafts": [asdict(one) for one in drafts], "saved": sorted(saved)}
        write_whole(self.path, json.dumps(kept, ensure_ascii=False) + "\n")


def _spot(question: EvalQuestion, articles: Sequence[Article]) -> Spot | None:
    """Where the first evidence stands."""
    wanted = question.evidence[0] if question.evidence else ""
    return next(
        (
            Spot(article.article_id, article.title, paragraph.n)
            for article in articles
            for paragraph in article.paragraphs
            if wanted and wanted in paragraph.text
        ),
        None,
    )
