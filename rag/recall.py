"""What was answered lately: a later question leans on what came of the earlier ones."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from rag.data_model.answers import Answer, Question
from rag.library.records import Version

_MOST = 512
_LEANT_ON = 8
"""Messages before a question that tell which it is.

Who asks sends only the end of a long conversation: no earlier question has its whole history there.
"""


class Recall:
    """The last few answers by question and generation; safe for many threads.

    A question is the same after the same few messages, so an answer's own history may be longer.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[Version, Question], Answer] = OrderedDict()
        self._lock = Lock()

    def of(self, question: Question, version: Version) -> Answer | None:
        """The answer to a question, if it is remembered."""
        with self._lock:
            key = _key(question, version)
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def keep(self, question: Question, version: Version, answer: Answer) -> None:
        """Remember an answer; the one not asked for longest is forgotten for it."""
        with self._lock:
            key = _key(question, version)
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)


def _key(question: Question, version: Version) -> tuple[Version, Question]:
    near = {"id": None, "history": question.history[-_LEANT_ON:]}
    return version, question.model_copy(update=near)
