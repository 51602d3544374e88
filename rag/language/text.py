"""Chinese text: sentences on the raw characters, folding with a map back, words.

Raw text is never changed. What is searched is a folded copy: NFKC (full width becomes half width,
Kangxi radicals become Han characters), lower case, Traditional to Simplified, invisible characters
dropped, powers marked. `Folded.offsets` leads each folded character back to the raw one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache

from rag.data_model.documents import Sentence, Span
from rag.language.sentence_ends import sentence_ends

SPEAKER_LABEL = re.compile(r"[^，。：:\s]{1,12}[：:]\s*")
"""`姓名：` before what somebody says."""

BRACKETS = tuple(zip("“‘「『《〈（(【[", "”’」』》〉）)】]", strict=True))
"""Quotation marks and brackets, left and right."""

# 10⁸ is searched as 10^8; without its mark it would be 108.
_POWER = re.compile(r"(?<=[0-9０-９])[⁺⁻]?[⁰¹²³⁴-⁹]+")
_CLAUSE_END = re.compile(r"[，,；;：:、]")
_NAME = re.compile("n(?:r|rt|rfg|z|t|s)$")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def sentence_spans(text: str) -> list[Span]:
    """Spans of the sentences of `text`, trimmed of white space, in order; linear in its length."""
    spans: list[Span] = []
    start = 0
    for end in (*sentence_ends(text), len(text)):
        if trimmed := trim_span(text, start, end):
            spans.append(trimmed)
        start = end
    return spans


def numbered_sentences(
    text: str, paragraph_starts: Sequence[int], start: int = 0, end: int | None = None
) -> tuple[Sentence, ...]:
    """Sentences within `[start, end)` of an article's text, each with its paragraph's number."""
    sentences = []
    paragraph = 0
    for span in sentence_spans(text[start:end]):
        while (
            paragraph + 1 < len(paragraph_starts)
            and paragraph_starts[paragraph + 1] <= start + span.start
        ):
            paragraph += 1
        sentences.append(Sentence(start + span.start, start + span.end, paragraph + 1))
    return tuple(sentences)


def trim_span(text: str, start: int, end: int) -> Span | None:
    """`[start, end)` without the white space at both ends, or None if nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def clause_spans(text: str) -> list[Span]:
    """Spans between commas, colons and semicolons, each with the mark that closes it."""
    ends = [match.end() for match in _CLAUSE_END.finditer(text)]
    if not ends or ends[-1] != len(text):
        ends.append(len(text))
    starts = [0, *ends[:-1]]
    return [Span(start, end) for start, end in zip(starts, ends, strict=True) if start < end]


def clause_at(text: str, at: int) -> Span | None:
    """The clause of `clause_spans` in which a character stands."""
    return next((clause for clause in clause_spans(text) if clause.start <= at < clause.end), None)


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded copy and, for each of its characters, the offset of the raw one."""

    text: str
    offsets: tuple[int, ...]

    def raw_span(self, start: int, end: int) -> Span:
        """The raw span that folded `[start, end)` came from."""
        return Span(self.offsets[start], self.offsets[end - 1] + 1)


def fold(text: str) -> str:
    """The folded copy alone."""
    if text.isascii() and text.isprintable():
        return text.lower()
    return _POWER.sub(r"^\g<0>", text).translate(_FOLDED)


def fold_with_offsets(text: str) -> Folded:
    """The folded copy with its map back to `text`."""
    pieces: list[str] = []
    offsets: list[int] = []
    powers = {match.start() for match in _POWER.finditer(text)}
    for offset, character in enumerate(text):
        folded = _FOLDED[ord(character)]
        folded = f"^{folded}" if offset in powers else folded
        pieces.append(folded)
        offsets.extend([offset] * len(folded))
    return Folded("".join(pieces), tuple(offsets))


def simplified(text: str) -> str:
    """Traditional characters as Simplified ones, one for one: offsets stay."""
    return text.translate(_simplified())


class _FoldingTable(dict[int, str]):
    """Code point → folded text, filled as characters are met; for `str.translate`."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


_FOLDED = _FoldingTable()


def _fold_character(character: str) -> str:
    if character in "\n\t":
        return character
    normal = unicodedata.normalize("NFKC", character)
    visible = "".join(c for c in normal if unicodedata.category(c) not in {"Cf", "Cc", "Cs"})
    return visible.translate(_simplified()).lower()


@cache
def _simplified() -> dict[int, str]:
    """Traditional to Simplified, character by character, from OpenCC's dictionary."""
    import opencc

    han = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    simple = opencc.OpenCC("t2s").convert("\n".join(han)).split("\n")
    return {ord(a): b for a, b in zip(han, simple, strict=True) if a != b and len(b) == 1}


def spelt_as(folded: str, *texts: str) -> str:
    """A folded text with its Latin words in the letter case that is commonest in `texts`.

    Models that read text as it stands hardly know `gdp` for `GDP`.
    """
    if not _LATIN.search(folded):
        return folded
    written = Counter(_LATIN.findall(unicodedata.normalize("NFKC", "\n".join(texts))))
    known = {word.lower(): word for word, _ in reversed(written.most_common())}
    return _LATIN.sub(lambda match: known.get(match[0].lower(), match[0]), folded)


def words(text: str) -> list[str]:
    """Search words of `text`, folded: jieba's search mode, without marks and white space."""
    import rjieba

    return [word for word in rjieba.cut_for_search(fold(text)) if any(map(str.isalnum, word))]


def names_in(folded: str, *, places: bool = False) -> list[str]:
    """Names of people, places, bodies and things in a folded text, or of places only, in order."""
    return [folded[span.start : span.end] for span in name_spans(folded, places=places)]


def name_spans(folded: str, *, places: bool = False) -> list[Span]:
    """Where the names in a folded text stand, or those of places only, as rjieba tags them."""
    spans, at = [], 0
    for word, tag in tagged(folded):
        if len(word) > 1 and (tag == "ns" if places else _NAME.match(tag)):
            spans.append(Span(at, at + len(word)))
        at += len(word)
    return spans


def tagged(text: str) -> list[tuple[str, str]]:
    """The words of a text, each with rjieba's tag."""
    import rjieba

    return list(rjieba.tag(text))


def words_among(folded: str, wanted: Set[str]) -> set[str]:
    """Those of the `wanted` search words that a folded text has; it is cut only if it may."""
    import rjieba

    if not any(word in folded for word in wanted):
        return set()
    return {word for word in rjieba.cut_for_search(folded) if word in wanted}


def parts(word: str) -> list[str]:
    """The dictionary's words in a word; several where jieba only guessed that it is one."""
    import rjieba

    return list(rjieba.cut(word, False))


def has_han(text: str) -> bool:
    """Whether there is any Han character."""
    return _HAN.search(text) is not None


def visible_length(text: str) -> int:
    """Letters and digits left after folding; zero for marks and invisible characters only."""
    return sum(character.isalnum() for character in fold(text))


def windows(text: str, size: int) -> Iterator[str]:
    """All runs of `size` characters."""
    return (text[i : i + size] for i in range(len(text) - size + 1))


def occurrences(part: str, text: str) -> Iterator[int]:
    """Where `part` begins in `text`, each time, overlapping ones too."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)
