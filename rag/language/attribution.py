"""Who says a sentence: the paragraph's speaker, somebody quoted in it, or the author."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rag.data_model.documents import Article, Sentence
from rag.language.names import SAYING
from rag.language.text import fold, numbered_sentences

_SAYS = re.compile(
    rf"(?P<who>[\u4e00-\u9fff]{{1,14}}?)(?:先生|女士)?(?:也|还|又|则|同时|进一步|这样|如此|对此|特别)?"
    rf"(?:{SAYING}|担心|质疑|反映|抱怨)(?:道|了)?(?=[，,：:。“\"「]|$)"
)
_OPENING, _CLOSING = tuple('“"「『'), tuple('”"」』')


def said_by(name: str, article: Article, sentence: Sentence) -> bool:
    """Whether the person of that folded name says the sentence, as far as the page shows it."""
    paragraph = article.paragraphs[sentence.paragraph - 1]
    if paragraph.speaker:
        return fold(paragraph.speaker) == name
    voices = _voices(article, sentence.paragraph, name)
    voice = voices.get(sentence.start)
    if voice is None:
        return name in map(fold, article.authors)
    return voice


@lru_cache(maxsize=4096)
def _voices(article: Article, n: int, name: str) -> dict[int, bool]:
    """Of a paragraph's sentences that somebody quoted says, by start: whether it is that person."""
    start = article.paragraph_starts[n - 1]
    end = start + len(article.paragraphs[n - 1].text)
    sentences = numbered_sentences(article.text, article.paragraph_starts, start, end)
    texts = [fold(article.text[s.start : s.end]) for s in sentences]
    voices: dict[int, bool] = {}
    voice: bool | None = None
    met = False
    for at, text in enumerate(texts):
        met, told = met or name in text, False
        for match in _SAYS.finditer(text):
            who, told = match.group("who"), True
            voice = who.endswith(name) or (met and who.endswith(("他", "她")))
            if at and _closes_quotation(text, match.start(), texts[at - 1]):
                for before in _quoted_before(texts, at):
                    voices[sentences[before].start] = voice
        if told or voice:  # what others say ends with the sentence, or the author never speaks
            voices[sentences[at].start] = bool(voice)
    return voices


def _closes_quotation(text: str, at: int, before: str) -> bool:
    """Whether a quotation that began in a sentence before closes right before `at`."""
    if at == 0:
        return before.endswith(_CLOSING)
    opened = text.rfind("“", 0, at), text.rfind("「", 0, at), text.rfind("『", 0, at)
    return text[at - 1] in _CLOSING and max(opened) < 0


def _quoted_before(texts: list[str], at: int) -> Iterator[int]:
    """The sentences, back from `at`, of the quotation that closes right before it."""
    for before in range(at - 1, -1, -1):
        yield before
        if texts[before].startswith(_OPENING):
            return
