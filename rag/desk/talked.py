"""A message in its conversation: what it wants, and what was said and shown before."""

from __future__ import annotations

from dataclasses import dataclass

from rag.desk.requests import Kind, Request

OF_NOTHING = "of_nothing"
"""Names a question that goes on with nothing that was said."""


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message that a question may lean on: where it stands, and what it is about.

    `is_title`: it asked nothing, and the one article that was shown for it has this title.
    """

    at: int
    text: str
    is_title: bool = False


@dataclass(frozen=True, slots=True)
class ShownList:
    """An earlier message that may have been replied to with a list: where it stands, what it asks.

    `offset`: so many articles of the list were shown before.
    """

    at: int
    request: Request
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Talked:
    """A message in its conversation.

    Attributes:
        request: what it wants.
        before: the earlier messages that asked something of the articles, or showed one.
        listed: the list that `继续` goes on with, and how many articles of it were shown.
        lists: what may have been replied to with lists, oldest first: `第二篇` is of the last one.
        helped: so many were replied to with questions to start with.
        gist: the last message, where it asked for the gist of one article.
    """

    request: Request
    before: tuple[Said, ...] = ()
    listed: tuple[Request, int] | None = None
    lists: tuple[ShownList, ...] = ()
    helped: int = 0
    gist: int | None = None

    @property
    def asks_for_more(self) -> bool:
        """Whether `继续` goes on about a question."""
        goes_on = self.request.kind is Kind.HELP and self.request.name == "continue"
        return goes_on and self.listed is None and bool(self.before)

    @property
    def is_for_the_desk(self) -> bool:
        """Whether it may be replied to without asking the articles."""
        asks = self.request.kind is Kind.QUESTION and self.request.name != OF_NOTHING
        return not asks and not self.asks_for_more
