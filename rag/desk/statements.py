"""How much of a sentence states something: its first clauses, as far as these can stand alone."""

from __future__ import annotations

import re

from rag.language.text import visible_length

_END = re.compile("[，,；;](?=.)|[。！？!?][”’」』）)]*(?=.)")
_LEADS_ON = re.compile(
    "^(?:如果?|若|倘|假如|因为?|由于|虽然?|尽管|只[要有]|即[使便]|哪怕|为了?|随着|除了?|按照?|根据|据|经|当|在|自|从|截至|与其|不[仅但]|对于?|至于|作为|通过|目前|近日|日前)"
    "|(?:[^目]的|[时后前]|期间|以来|之下|来[说看]|而言|看来|年来|介绍|表示|认为|指出|称|获悉|了解|显示|如下|影响|包括|即|是|其中)$"
)
"""With these a clause only leads to the next one."""
_PAIRS = tuple(zip("“‘「『《（(", "”’」』》）)", strict=True))


def statement_end(text: str, least: int) -> int:
    """Where the first clauses end that state something in `least` visible characters or more.

    The whole sentence, where no shorter stretch does: brackets and quotation marks stay in pairs.
    """
    at = 0
    for match in _END.finditer(text):
        clause, at = text[at : match.start()], match.end()
        end = match.start() if match.group() in "，,；;" else match.end()
        if _LEADS_ON.search(clause) or visible_length(text[:end]) < least:
            continue
        if all(text.count(opens, 0, end) == text.count(shut, 0, end) for opens, shut in _PAIRS):
            return end
    return len(text)
