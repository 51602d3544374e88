"""What no collection of articles answers: tasks, talk with the program, this very moment."""

from __future__ import annotations

import re
from functools import cache

from rag.question.question_data import patterns
from rag.question.understanding import ParsedQuestion, without_end_marks


@cache
def pattern(kind: str) -> re.Pattern[str]:
    """What messages of that kind are known by: `task`, `talk`; `asks` makes a question of them."""
    return re.compile("|".join(patterns("out_of_scope", kind)))


def sets_a_task(question: ParsedQuestion) -> bool:
    """Whether something is to be made: a poem, a translation, a picture."""
    bare = without_end_marks(question.searched)
    return bool(pattern("task").search(bare)) and not pattern("asks").search(bare)


def is_out_of_scope(question: ParsedQuestion) -> bool:
    """Whether a task is set, the program itself is spoken to, or this moment is asked for."""
    bare = without_end_marks(question.searched)
    return sets_a_task(question) or pattern("talk").search(bare) is not None
