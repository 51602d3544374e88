"""Whether a text holds an answer or a piece of evidence, however it is written.

Texts are compared folded (`rag.language.text.fold`: width, case, Traditional) and without white
space.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.language.text import SPEAKER_LABEL, fold, sentence_spans, visible_length

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
    """Whether `text` holds an evidence or one of its telling sentences, or stands within it.

    The name of a speaker before an evidence may be missing in `text`: a quote leaves it out.
    """
    held = loose(text)
    return any(
        held in loose(gold) or any(loose(part) in held for part in (gold, *_sentences(gold)))
        for whole in evidence
        for gold in (whole, *_unlabelled(whole))
        if held
    )


def is_told(quotes: Sequence[str], answers: Sequence[str], evidence: Sequence[str]) -> bool:
    """Whether quotes hold all short answers, or some evidence where there are none so short."""
    if answers:
        return holds_answer("\n".join(quotes), [(answer,) for answer in answers])
    return any(shares_evidence(quote, evidence) for quote in quotes)


def _unlabelled(evidence: str) -> list[str]:
    """What a speaker says, where the evidence begins with the name."""
    label = SPEAKER_LABEL.match(evidence)
    said = evidence[label.end() :] if label else ""
    return [said] if visible_length(said) >= _TELLING else []


def _sentences(evidence: str) -> list[str]:
    sentences = [evidence[start:end] for start, end in sentence_spans(evidence)]
    return [sentence for sentence in sentences if visible_length(sentence) >= _TELLING]


def holds_evidence(held: str, evidence: str) -> bool:
    """Whether a text that is `loose` already holds all of an evidence, its speaker's name aside."""
    return any(loose(gold) in held for gold in (evidence, *_unlabelled(evidence)))
