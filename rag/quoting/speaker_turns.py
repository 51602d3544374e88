"""A person's turns of talk in an article, each with the question or heading that it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.data_model.documents import Paragraph, Sentence
from rag.language.attribution import said_by
from rag.language.names import is_asker, spoken_words
from rag.language.text import fold, numbered_sentences
from rag.library.records import StoredArticle


@dataclass(frozen=True, slots=True)
class Turn:
    """Sentences that a person says in one go.

    Attributes:
        asked: folded: the heading and, a line further, the interviewer's question; in a report,
            what the paragraph says before.
        around: folded: what others have answered to the same question.
    """

    stored: StoredArticle
    asked: str
    around: str
    sentences: tuple[Sentence, ...]

    def raw(self, sentence: Sentence) -> str:
        """Its characters."""
        return self.stored.article.text[sentence.start : sentence.end]

    def text(self, sentence: Sentence) -> str:
        """Its characters, folded."""
        return fold(self.raw(sentence))

    @property
    def own(self) -> str:
        """What is asked and what is said, folded."""
        return "\n".join([self.asked, *map(self.text, self.sentences)])

    @property
    def context(self) -> str:
        """All that tells what the turn is about, folded."""
        return f"{self.own}\n{self.around}"


def turns_of(name: str, stored: StoredArticle) -> list[Turn]:
    """The turns of the person of that folded name, in order."""
    article = stored.article
    listener = _Listener(name, stored)
    for sentence in numbered_sentences(article.text, article.paragraph_starts):
        listener.hear(sentence)
    listener.close()
    return listener.turns


@dataclass
class _Listener:
    """Follows the talk of an article sentence by sentence."""

    name: str
    stored: StoredArticle
    turns: list[Turn] = field(default_factory=list)
    section: str | None = None
    asked: str = ""
    around: str = ""
    said: list[Sentence] = field(default_factory=list)
    paragraph: Paragraph | None = None

    def hear(self, sentence: Sentence) -> None:
        article = self.stored.article
        here = article.paragraphs[sentence.paragraph - 1]
        if here is not self.paragraph:
            self._enter(here)
        text = article.text[sentence.start : sentence.end]
        if here.speaker and is_asker(here.speaker, article):
            self.asked, self.around = spoken_words(here), ""
        elif said_by(self.name, article, sentence):
            self.said.append(sentence)
        else:
            self.close()
            if here.speaker:
                self.around += text
            else:
                self.asked += text

    def _enter(self, here: Paragraph) -> None:
        """Go on to a paragraph: the same speaker's next one continues the turn."""
        before = self.paragraph.speaker if self.paragraph else None
        if here.speaker is None or here.speaker != before:
            self.close()
        if here.section != self.section or here.speaker is None:
            self.section, self.asked, self.around = here.section, "", ""
        self.paragraph = here

    def close(self) -> None:
        """End the turn, if one is going on."""
        if self.said:
            asked = fold(f"{self.section or ''}\n{self.asked}")
            self.turns.append(Turn(self.stored, asked, fold(self.around), tuple(self.said)))
            self.said = []
