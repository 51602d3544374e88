"""Puts written questions into the project's data: evidence strings → offsets, ids, a dev split.

`python -m scripts.gather_written TO QUESTIONS… --articles ARTICLES…`: rows whose evidence does not
stand in their article are left out and named; a tenth of the articles is dev, always the same ones.
"""

from __future__ import annotations

import argparse
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from eval.data_files import gzipped_jsonl, read_jsonl, write_bytes_whole


def main() -> None:
    """Read the command line, gather, say how many."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("to", type=Path)
    parser.add_argument("questions", type=Path, nargs="+")
    parser.add_argument("--articles", type=Path, nargs="+", required=True)
    parser.add_argument("--prefix", default="wq")
    parser.add_argument("--calibrate", type=float, default=0.0, help="share of the articles")
    options = parser.parse_args()
    texts = {str(r["id"]): r["text"] for p in options.articles for _, r in read_jsonl(p)}
    seen: set[tuple[str, ...]] = set()
    rows: list[dict[str, Any]] = []
    for path in options.questions:
        for line, record in asked_in(path):
            key = (*record.get("history", ()), record["question"])
            row = gathered(record, texts, options.calibrate)
            if row is None or key in seen:
                print(f"{path.name}:{line} left out")
                continue
            seen.add(key)
            rows.append({"id": f"{options.prefix}-{len(rows):05}"} | row)
    write_bytes_whole(options.to, gzipped_jsonl(rows))
    unanswerable = sum(not row["evidence"] for row in rows)
    print(f"{len(rows)} rows, {unanswerable} unanswerable", Counter(r["split"] for r in rows))


def asked_in(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The questions of a file with their lines; those of a conversation as typed and in full.

    What was before is told by the turn before in full, or by the first turn and that one as typed:
    the product knows what it has completed, well or not.
    """
    for line in read_jsonl(path):
        turns = line.record.get("turns")
        if turns is None:
            yield line.n, line.record
            continue
        for n, turn in enumerate(turns):
            record = {"article": line.record["article"]} | turn
            whole, record["turn"] = record.pop("standalone"), record.pop("kind")
            if n:
                before = turns[n - 1]
                typed = [turns[0]["question"], before["question"]][-n:]
                told = before["standalone"] if (line.n + n) % 2 else " ".join(typed)
                yield line.n, record | {"history": [told]}
            if not n or whole != record["question"]:
                yield line.n, record | {"question": whole}


def gathered(
    record: dict[str, Any], texts: dict[str, str], calibrate: float
) -> dict[str, Any] | None:
    """The row with offsets; None where something does not stand in its article."""
    names = record.get("articles") or [record["article"]]
    if not all(name in texts for name in names):
        return None
    offsets = list(_offsets(record, texts))
    evidence = [place for place in offsets if place]
    if record["answerable"] != bool(evidence) or len(evidence) < len(offsets):
        return None
    left_out = {"id", "evidence", "split", "answer", "answers"}
    row = {key: value for key, value in record.items() if key not in left_out}
    places = {"answer_at": _answers_at(record, texts, evidence), "evidence": evidence}
    return {"split": split_of(names, calibrate), **row, **places}


def _answers_at(
    record: dict[str, Any], texts: dict[str, str], evidence: Sequence[Sequence[Any]]
) -> list[list[Any]]:
    """Where each short answer stands in the evidence."""
    answers = record.get("answers") or ([record["answer"]] if record.get("answer") else [])
    found = []
    for answer in answers:
        for entry in evidence:
            *named, start, end = entry
            at = texts[named[0] if named else record["article"]].find(answer, start, end)
            if 0 <= at <= end - len(answer):
                found.append([*named, at, at + len(answer)])
                break
    return found


def split_of(names: list[str], calibrate: float = 0.0) -> str:
    """`dev` for a tenth of the articles by the hash of their names, `calibrate` for a share.

    A row over two articles belongs to a split if both do, else to none.
    """
    splits = set()
    for name in names:
        at = hashlib.sha256(name.encode()).digest()[0] / 256
        splits.add("dev" if at < 0.1 else "calibrate" if at < 0.1 + calibrate else "train")
    return splits.pop() if len(splits) == 1 else "unused"


def _offsets(record: dict[str, Any], texts: dict[str, str]) -> Iterator[list[Any] | None]:
    for entry in record.get("evidence") or ():
        name, shown = (record["article"], entry) if isinstance(entry, str) else entry
        at = texts[name].find(shown)
        place = [at, at + len(shown)]
        yield None if at < 0 else place if isinstance(entry, str) else [name, *place]


if __name__ == "__main__":
    main()
