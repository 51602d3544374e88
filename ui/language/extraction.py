"""All messages of the pages, found where they stand: what the English catalogue has to say.

`python -m ui.language.extraction` lists those that it does not say yet, by place, and those that it
says and nobody asks for any more.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from eval.diagnosis import STAGES
from eval.measures.catalogue import BY_TYPE, FIGURES
from eval.reports import FAULTS
from rag.settings.catalogue import MASKED, groups
from rag.wording.phrases import template
from ui.language.catalogue import english
from ui.language.errors import every_kind
from ui.language.files import READERS, markup

_ROOT = Path(__file__).parents[1]
_MARKS = {"_", "message"}


def messages() -> dict[str, str]:
    """Each message with the first place where it stands, below `ui/`, or of what it speaks."""
    found: dict[str, str] = {}
    for place, text in _everywhere():
        found.setdefault(text, place)
    return found


def _everywhere() -> Iterator[tuple[str, str]]:
    for path in sorted(_ROOT.rglob("*")):
        place = path.relative_to(_ROOT).as_posix()
        if path.suffix[1:] in READERS:
            yield from ((place, text) for text in of_file(path.read_text("utf-8"), path.suffix[1:]))
        elif path.suffix == ".py":
            yield from ((place, text) for text in of_module(path.read_text("utf-8")))
    yield from (("settings", text) for text in _settings())
    yield from (("errors", text) for text in _errors())
    labels = [*STAGES.values(), *FAULTS.values(), *(one.label for one in (*FIGURES, *BY_TYPE))]
    yield from (("eval", text) for text in labels)
    yield "rag", template("lead_on", "label")


def of_file(content: str, kind: str) -> list[str]:
    """The messages of a file of ours that is served."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    READERS[kind](content, note)
    return found


def of_module(source: str) -> Iterator[str]:
    """What Python says by `_`, or marks to be said."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            first = node.args[0] if node.args else None
            text = first.value if isinstance(first, ast.Constant) else None
            if not isinstance(text, str):
                continue
            if node.func.id in _MARKS:
                yield text
            elif node.func.id == markup.__name__:
                yield from of_file(text, "html")


def _settings() -> Iterator[str]:
    yield MASKED
    for _name, heading, members in groups():
        yield heading
        for one in members:
            yield one.about
            yield one.effect.words


def _errors() -> Iterator[str]:
    for kind in every_kind():
        yield kind.message
        yield kind.hint


def missing(said: Mapping[str, str]) -> dict[str, str]:
    """Messages without English, with their places."""
    return {text: place for text, place in messages().items() if text not in said}


def _report() -> None:
    said = english()
    for text, place in missing(said).items():
        print(f"{place}\t{json.dumps(text, ensure_ascii=False)}")  # noqa: T201
    for text in said.keys() - messages().keys():
        print(f"unused\t{json.dumps(text, ensure_ascii=False)}")  # noqa: T201


if __name__ == "__main__":
    _report()
