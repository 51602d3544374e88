"""The one object that chat, API, command line and export all show.

The JSON form is a contract: `schema` names its version; fields are added, never renamed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

RefusalReason = Literal["nothing_relevant", "not_stated", "out_of_scope", "form_missing"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Filters(_Record):
    """Which articles may answer; what is empty does not restrict.

    `date_from` and `date_to` are ISO dates, both included. `articles` are article ids. `page` is
    the newspaper's page (`5`, `A03`); `section` is a heading inside the article. `collections` are
    names, of which an article is in any; it has any of `tags`.
    """

    articles: tuple[str, ...] = ()
    newspaper: str | None = None
    author: str | None = None
    speaker: str | None = None
    section: str | None = None
    page: str | None = None
    date_from: str | None = None
    date_to: str | None = None
    collections: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether every article may answer."""
        return not any(dict(self).values())


class Question(_Record):
    """What is asked, with the earlier questions of the conversation, oldest first.

    `exact` searches for what was typed, though it look like a slip; words in another language are
    still searched for in Chinese besides.
    """

    question: str
    history: tuple[str, ...] = ()
    id: str | None = None
    filters: Filters = Filters()
    exact: bool = False

    def earlier(self, at: int) -> Question:
        """The message of its history at an index, as it was asked."""
        return self.model_copy(update={"question": self.history[at], "history": self.history[:at]})


class Slip(_Record):
    """A word that no article has, as it was typed, and the word searched for in its place."""

    typed: str
    searched: str


class Bridged(_Record):
    """A word of a question in another language, and the articles' words searched for besides.

    `by` tells how they were found: in a dictionary of words or of names, as another way to write a
    figure, or by how a name sounds.
    """

    asked: str
    searched: tuple[str, ...]
    by: Literal["word", "name", "figure", "sound"]


class Stage(_Record):
    """How far an answer has come, for somebody who waits for it.

    `search` begins once the searched question is known, `read` once so many passages are found.
    """

    stage: Literal["search", "read"]
    searched_question: str
    passages: int | None = None


OnStage = Callable[[Stage], None]
"""Is told each stage as it begins, on the thread that answers."""


class PageBox(_Record):
    """A rectangle on a page, to be highlighted.

    `page` counts from 1; `box` is (left, top, right, bottom) in shares of the page's width and
    height as it is shown, 0–1, from the top left corner.
    """

    page: int
    box: tuple[float, float, float, float]


class Source(_Record):
    """Where a quote stands: `spans` are `[start, end)` code points of the file as decoded.

    `boxes` has one rectangle for each line of the quote, where the file has pages (PDF, pictures).
    """

    file: str
    sha256: str
    spans: tuple[tuple[int, int], ...]
    boxes: tuple[PageBox, ...] = ()


Chosen = Literal[
    "evidence", "further", "list_item", "view", "difference", "fact", "nearest", "title", "gist"
]
Certainty = Literal["sure", "unsure"]
Talk = Literal[
    "greeting", "thanks", "reaction", "doubt", "who", "can", "continue", "nothing_stored"
]
Task = Literal["make", "sum", "now", "chat", "errand"]
Part = Literal["conclusion", "advice"]


class Why(_Record):
    """Why a stretch was chosen.

    `chosen` names the ground: likeliest evidence; a further place that may answer; an item of a
    list; what a person says on the topic; another value of the same figure; a line of the page
    itself; near, but no answer; an article's title or beginning; what sums an article up.
    `dense` is the cosine of its passage, `lexical` its BM25 score;
    ranks count from 1. `rules` are those of `rag.rules.order` that changed what was found.
    """

    chosen: Chosen
    rules: tuple[str, ...] = ()
    dense: float | None = None
    lexical: float | None = None
    dense_rank: int | None = None
    lexical_rank: int | None = None


class Citation(_Record):
    """A verbatim quote and where it stands. `paragraph` counts from 1 within the article.

    `reprints` are ids of other articles of nearly the same text that have the quote too.
    `collection` is the name of the one that the article is in.
    """

    n: int
    article_id: str
    title: str
    authors: tuple[str, ...] = ()
    newspaper: str | None = None
    date: str | None = None
    page: str | None = None
    section: str | None = None
    speaker: str | None = None
    speaker_title: str | None = None
    title_inferred: bool = False
    paragraph: int
    quote: str
    source: Source
    score: float
    matched_words: tuple[str, ...] = ()
    reprints: tuple[str, ...] = ()
    why: Why | None = None
    collection: str | None = None


class Statement(_Record):
    """A sentence of the answer: exactly the quotes of its citations, one after the other."""

    text: str
    citations: tuple[int, ...]


class Mismatch(_Record):
    """What a question limits itself to, and what the nearest passage tells of in its place."""

    asked: str
    told: str


class Lead(_Record):
    """What may be asked in the place of a question that was refused.

    `unfiltered` is the same question without the filters, `rephrased` one about what the articles
    tell of instead: both are answered. `article` asks for the gist of an article that came near.
    """

    kind: Literal["unfiltered", "rephrased", "article"]
    question: str
    article_id: str | None = None


class Refusal(_Record):
    """Why there is no answer, the nearest passages, and what no passage holds.

    `further` tells that only what the answers before had not quoted would have done; `task`, what
    is asked to be done that is not done here: see `rag.desk.tasks`; `leads`, what may be asked
    instead: see `rag.desk.leads`.
    """

    reason: RefusalReason
    message: str
    nearest: tuple[Citation, ...] = ()
    missing_words: tuple[str, ...] = ()
    mismatch: Mismatch | None = None
    further: bool = False
    task: Task | None = None
    leads: tuple[Lead, ...] = ()


class Listing(_Record):
    """Which articles are listed: all that `filters` admit, `month_day` (`05`, `05-20`) in any year.

    The first `offset` of them were listed before.
    """

    filters: Filters = Filters()
    month_day: str | None = Field(default=None, pattern=r"^\d\d(-\d\d)?$")
    offset: int = 0


class Group(_Record):
    """Listed articles of one newspaper and day: how many there are, and who cites the shown."""

    newspaper: str | None = None
    date: str | None = None
    count: int
    citations: tuple[int, ...]


class Overview(_Record):
    """A list of articles, the newest first.

    Attributes:
        listing: which.
        total: how many.
        groups: those that are shown.
        topic: what all of them mention.
        newest: whether the day was asked for as today or yesterday, and is counted back from the
            library's newest.
        asks_which: whether one of them has to be chosen first.
    """

    listing: Listing
    total: int
    groups: tuple[Group, ...] = ()
    topic: str | None = None
    newest: bool = False
    asks_which: bool = False


class SubQuestion(_Record):
    """One of several questions in a message, and what became of it.

    `statements` are indexes, from 0, into those of the answer; without any, `missing_words` and
    `mismatch` tell why, as far as it is known.
    """

    question: str
    searched_question: str
    status: Literal["answered", "refused"]
    question_type: str | None = None
    short_answer: str | None = None
    statements: tuple[int, ...] = ()
    confidence: float = Field(ge=0.0, le=1.0)
    certainty: Certainty | None = None
    missing_words: tuple[str, ...] = ()
    mismatch: Mismatch | None = None


class Receipt(_Record):
    """What an answer was computed from; the same receipt and question give the same answer.

    `evidence` names the reader and what weighs it, `reranker` what ordered passages before reading.
    `chooser` names an endpoint that may choose among sentences, and `choice` tells what it did:
    `chosen`, `none` (no sentence answers), or why the reader's order stands; empty: not asked. What
    it chooses may differ from day to day.
    """

    generation: int
    model: str
    settings: str
    evidence: str = ""
    reranker: str = ""
    chooser: str = ""
    choice: str = ""


class Answer(_Record):
    """An answer made of quotes, or a refusal.

    `talk` names a reply of the program's own words alone (`question_type` `help`); `suggestions`
    are questions that the library answers; `overview` goes with a list of articles; `part` says
    which part of an article a gist is of, where not of the whole; `sub_questions` are those of a
    message that asks several (`question_type` `several`).
    """

    schema_: Literal[1] = Field(default=1, alias="schema")
    id: str | None = None
    question: str
    history: tuple[str, ...] = ()
    filters: Filters = Filters()
    exact: bool = False
    searched_question: str
    corrections: tuple[Slip, ...] = ()
    bridged: tuple[Bridged, ...] = ()
    status: Literal["answered", "refused"]
    text: str
    short_answer: str | None = None
    question_type: str | None = None
    statements: tuple[Statement, ...] = ()
    citations: tuple[Citation, ...] = ()
    confidence: float = Field(ge=0.0, le=1.0)
    certainty: Certainty | None = None
    refusal: Refusal | None = None
    talk: Talk | None = None
    part: Part | None = None
    sub_questions: tuple[SubQuestion, ...] = ()
    suggestions: tuple[str, ...] = ()
    overview: Overview | None = None
    receipt: Receipt
    timings_ms: dict[str, float] = Field(default_factory=dict)

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.status == "answered"

    @property
    def quoted_length(self) -> int:
        """Characters quoted in all."""
        return sum(len(citation.quote) for citation in self.citations)

    def to_json(self) -> dict[str, object]:
        """The contract's JSON object; `id` only where the question had one."""
        return self.model_dump(
            mode="json", by_alias=True, exclude={"id"} if self.id is None else set()
        )
