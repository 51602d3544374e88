"""How much of a sentence states something: its first clauses, as far as these can stand alone."""

from __future__ import annotations

import re

from rag.language.text import fold, tagged, visible_length
from rag.quoting.trimming import tells_fairly

_END = re.compile(r"(?<!\d)[，,；;](?=.)|(?<=\d)[，,；;](?!\s*\d)(?=.)|[。！？!?][”’」』）)]*(?=.)")
"""Between digits stands no end: `2,234万元`."""
_LEADS_ON = re.compile(
    "^(?:本[报刊]讯|如果?|若|倘|假如|因为?|由于|虽然?|尽管|只[要有]|即[使便]|哪怕|为了?|随着|除了?|按照?|根据|据|经|当|在|自|从|截至|与其|不[仅但]|对于?|至于|作为|通过|目前|近日|日前)"
    "|(?:[^目]的|[时后前]|期间|以来|之下|来[说看]|而言|看来|年来|介绍|表示|认为|指出|[回答]应|说|称|获悉|了解|显示|如下|影响|包括|即|是|其中)$"
)
"""With these a clause only leads to the next one."""
_HEARSAY = re.compile("[网据谣讹盛误]传|流传|传[言闻说]|据[说称]|曾|原[定拟]|原计划|原[本来]|本来")
"""What begins so may be taken back by whatever follows."""
_REVERSED = re.compile(
    "(?:^|[,;。!?])\\s*[“‘「『(]?(?:但|却|然而|不过|后来|除|前提|其实|实际|事实|并非|可是|只是|而[是不非]|如果|只要|只有|直到)"
    "|除外|例外|不实|推翻|不受|不[含计]|不包括|另有规定|前提[是下]|(?:情况|条件)下"
)
"""What takes back or limits, anywhere in what follows, once folded."""
_COUNTS_ON = re.compile(
    "(?:^|[,;。!?:])\\s*(?:[二三四五六七八九十]是|二[要则]|其[二三四]|其次|再次|再者|最后|第[二三四五六七八九十]"
    "|[(][二三四五2-9][)]|[2-9][.．、](?!\\d))"
)
"""A further item of an enumeration, which is told whole."""
_AMOUNT = re.compile(r"\d[\d.,，万亿]*(?:[^\d年月日时点分号路版期届至到]{1,3})$")
"""A clause without a verb that states something: `每亩每年680元`."""
_TIME = re.compile(r"\d{1,4}[年月日时点分号]")
_OF_VERBS = frozenset(("v", "d", "ad", "a"))
"""Tags of verbs, of what stands before one (正式通车) or in its place (两岸近了)."""
_PAIRS = tuple(zip("“‘「『《（(", "”’」』》）)", strict=True))


def statement_end(text: str, least: int, most: int) -> int:
    """Where the first clauses end that state something in `least` visible characters or more.

    The whole sentence, where no stretch of `most` characters does, or where what follows limits
    it, takes it back or goes on with an enumeration: brackets and quotation marks stay in pairs.
    """
    at = 0
    for match in _END.finditer(text):
        clause, at = text[at : match.start()], match.end()
        end = match.start() if match.group() in "，,；;" else match.end()
        if end > most or _HEARSAY.search(clause):
            break
        if visible_length(text[:end]) < least or _LEADS_ON.search(clause) or not _states(clause):
            continue
        if all(text.count(opens, 0, end) == text.count(shut, 0, end) for opens, shut in _PAIRS):
            rest = fold(text[end:])
            limited = _REVERSED.search(rest) or _COUNTS_ON.search(rest)
            if not limited and tells_fairly(text, 0, end):
                return end
    return len(text)


def _states(clause: str) -> bool:
    """Whether a clause has a verb of its own, or an amount: `跑了十年的老车` has neither."""
    own = _TIME.sub("", clause[clause.rfind("的") + 1 :])
    return any(tag in _OF_VERBS for _, tag in tagged(own)) or _AMOUNT.search(own) is not None
