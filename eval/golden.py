"""What the shipped default answers to the project's own questions, kept to compare with.

`python -m eval.golden write` asks them all and writes the file; `compare` asks again and prints
what is different. Moving code changes nothing here; a better model or rule does, and then the new
file shows in the diff of figures how much.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from eval.corpora import embedder_of
from eval.data_files import gzipped_jsonl, read_jsonl, write_bytes_whole
from eval.reading import pipeline_over
from eval.shelves import PAGES, shelves
from rag.assembly import open_scorer
from rag.data_model.answers import Answer, Citation
from rag.settings import Settings

GOLDEN = PAGES / "golden_answers.jsonl.gz"
SAME = 1e-4
"""Probabilities nearer than this are the same on one machine."""

app = typer.Typer(add_completion=False, no_args_is_help=True, help="记下或比较全部答案。")

Record = dict[str, Any]


def records(step: int = 1) -> Iterator[Record]:
    """The answers of the shipped default to every `step`th question, as they are kept."""
    places, settings = itertools.count(), Settings()
    embedder, scorer = embedder_of(settings), open_scorer(settings)
    for shelf in shelves():
        with (
            shelf.stored(embedder, settings) as root,
            pipeline_over(root, settings, embedder, scorer) as pipeline,
        ):
            for question in shelf.questions:
                if next(places) % step == 0:
                    yield record(shelf.name, pipeline.ask(question.to_question()))


def record(shelf: str, answer: Answer) -> Record:
    """What of an answer is kept: no quote, only where it stands."""
    refusal = answer.refusal
    return {
        "shelf": shelf,
        "question": answer.question,
        "history": list(answer.history),
        "searched": answer.searched_question,
        "type": answer.question_type,
        "status": answer.status,
        "confidence": round(answer.confidence, 5),
        "certainty": answer.certainty,
        "short": answer.short_answer,
        "quotes": [_place(citation) for citation in answer.citations],
        "statements": [list(statement.citations) for statement in answer.statements],
        "refusal": refusal
        and {
            "reason": refusal.reason,
            "missing": list(refusal.missing_words),
            "mismatch": refusal.mismatch and [refusal.mismatch.asked, refusal.mismatch.told],
            "nearest": [_place(citation) for citation in refusal.nearest],
        },
    }


def _place(citation: Citation) -> list[Any]:
    chosen = citation.why.chosen if citation.why else None
    return [citation.article_id, *(list(span) for span in citation.source.spans), chosen]


def read_golden() -> list[Record]:
    """The kept answers."""
    return [line.record for line in read_jsonl(GOLDEN)]


def is_same(kept: Record, now: Record) -> bool:
    """Whether two answers quote the same, or refuse for the same reason."""
    told = ("status", "type", "quotes", "searched")
    reasons = [one["refusal"] and one["refusal"]["reason"] for one in (kept, now)]
    return all(kept[name] == now[name] for name in told) and reasons[0] == reasons[1]


def differences(kept: Record, now: Record, same: float = SAME) -> list[str]:
    """Names of the fields in which two answers differ; probabilities may by less than `same`."""
    names = [*kept, *(name for name in now if name not in kept)]
    differ = [n for n in names if n != "confidence" and kept.get(n) != now.get(n)]
    if abs(kept["confidence"] - now["confidence"]) >= same:
        differ.append("confidence")
    return differ


@app.command(help="记下全部答案。")
def write() -> None:
    """Ask everything and write the file, byte for byte the same for the same answers."""
    made = list(records())
    write_bytes_whole(GOLDEN, gzipped_jsonl(made))
    typer.echo(f"{len(made)} 个答案：{GOLDEN}")


@app.command(help="再问一遍，列出不同之处；有不同就以 1 退出。")
def compare(
    same: Annotated[float, typer.Option(help="相差不到这么多的把握算相同")] = SAME,
) -> None:
    """Ask everything again and print what differs."""
    golden = {_asked(kept): kept for kept in read_golden()}
    different = 0
    for now in records():
        kept = golden.pop(_asked(now), None)
        names = ["question"] if kept is None else differences(kept, now, same)
        different += bool(names)
        for name in names:
            before = kept.get(name) if kept else "（没有记下）"
            typer.echo(f"{now['question']}　{name}：{before} → {now[name]}")
    typer.echo(f"{different} 个答案不同，{len(golden)} 题不再问")
    raise typer.Exit(1 if different or golden else 0)


def _asked(one: Record) -> tuple[str, ...]:
    return one["shelf"], one["question"], *one["history"]


if __name__ == "__main__":
    app()
