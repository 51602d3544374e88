"""SQuAD-format files: CMRC 2018, DRCD, SQuAD itself, ExpMRC with its evidences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.data_files import read_bytes, text_of
from rag.errors import DataLineInvalid
from rag.errors.reasons import why


@dataclass(frozen=True, slots=True)
class SquadPassage:
    """A passage, the document that questions are about."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """A question on the passage `passage_id`.

    Attributes:
        answers: distinct gold answers, best known first; empty where there is none.
        starts: where each of `answers` starts in the passage.
        evidences: gold evidence texts (ExpMRC only).
    """

    id: str
    question: str
    passage_id: str
    answers: tuple[str, ...]
    starts: tuple[int, ...] = ()
    evidences: tuple[str, ...] = ()
    impossible: bool = False


@dataclass(frozen=True, slots=True)
class SquadFile:
    """All passages and questions of a file, in order."""

    passages: tuple[SquadPassage, ...]
    questions: tuple[SquadQuestion, ...]

    def passage_of(self) -> dict[str, SquadPassage]:
        """Passages by id."""
        return {passage.id: passage for passage in self.passages}


def read_squad(path: Path) -> SquadFile:
    """Read a SQuAD-format file, plain or gzip.

    Raises:
        DataFileMissing, EncodingUnknown: it cannot be read.
        DataLineInvalid: it is not of this format.
    """
    import json

    try:
        tree = json.loads(text_of(read_bytes(path), path))
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise DataLineInvalid(file=path, line=line, reason="不是 SQuAD 格式的 JSON") from error
    return squad_of(tree, path)


def is_squad(tree: object) -> bool:
    """Whether this JSON value looks like a SQuAD-format file."""
    return isinstance(tree, dict) and isinstance(tree.get("data"), list)


def squad_of(tree: object, path: Path) -> SquadFile:
    """Passages and questions of parsed JSON.

    Raises:
        DataLineInvalid: a field is missing or of the wrong type.
    """
    passages: list[SquadPassage] = []
    questions: list[SquadQuestion] = []
    try:
        for title, number, paragraph in _paragraphs(tree):
            passage_id = str(paragraph.get("id") or f"{title}#{number}")
            passages.append(SquadPassage(passage_id, title, str(paragraph["context"])))
            questions.extend(_question(qa, passage_id) for qa in paragraph["qas"])
    except (KeyError, TypeError, AttributeError) as error:
        place = f"第 {len(passages)} 个段落附近缺少字段或类型不对：{why(error)}"
        raise DataLineInvalid(file=path, line=1, reason=place) from error
    return SquadFile(tuple(passages), tuple(questions))


def _paragraphs(tree: Any) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for entry in tree["data"]:
        for number, paragraph in enumerate(entry["paragraphs"]):
            yield str(entry.get("title", "")), number, paragraph


def _question(qa: dict[str, Any], passage_id: str) -> SquadQuestion:
    answers = {str(answer["text"]): int(answer.get("answer_start", -1)) for answer in qa["answers"]}
    return SquadQuestion(
        id=str(qa["id"]),
        question=str(qa["question"]),
        passage_id=passage_id,
        answers=tuple(answers),
        starts=tuple(answers.values()),
        evidences=tuple(dict.fromkeys(map(str, qa.get("evidences", ())))),
        impossible=bool(qa.get("is_impossible", False)),
    )
