"""What no collection of articles answers: tasks, talk with the program, this very moment."""

from __future__ import annotations

import re
from functools import cache

from rag.question import Understood, patterns


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns("out_of_scope", kind)))


def wants_a_task_done(question: Understood) -> bool:
    """Whether something is to be made: a poem, a translation, a picture."""
    return _pattern("task").search(question.searched) is not None


def is_out_of_scope(question: Understood) -> bool:
    """Whether a task is set, the program itself is spoken to, or this moment is asked for."""
    return wants_a_task_done(question) or _pattern("talk").search(question.searched) is not None
