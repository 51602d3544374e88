"""Whether a text holds an answer or a piece of evidence, however it is written.

Texts are compared folded (`rag.text.fold`: width, case, Traditional) and without white space.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.text import fold, sentence_spans, visible_length

_TELLING = 6  # letters and digits that a sentence needs to stand for its evidence alone


def loose(text: str) -> str:
    """The form in which texts are compared."""
    return "".join(fold(text).split())


def holds_answer(text: str, groups: Iterable[Sequence[str]]) -> bool:
    """Whether `text` holds, of every group, one alias at least."""
    held = loose(text)
    return all(any(loose(alias) in held for alias in group) for group in groups)


def holds_any(text: str, groups: Iterable[Sequence[str]]) -> bool:
    """Whether `text` holds some alias of some group."""
    held = loose(text)
    return any(loose(alias) in held for group in groups for alias in group)


def shares_evidence(text: str, evidence: Iterable[str]) -> bool:
    """Whether `text` holds an evidence or one of its telling sentences, or stands within it."""
    held = loose(text)
    return any(
        held in loose(gold) or any(loose(part) in held for part in (gold, *_sentences(gold)))
        for gold in evidence
        if held
    )


def _sentences(evidence: str) -> list[str]:
    sentences = [evidence[start:end] for start, end in sentence_spans(evidence)]
    return [sentence for sentence in sentences if visible_length(sentence) >= _TELLING]
