"""Keywords put as a question: `某赛的冠军` asks who that is.

The reader learnt from whole questions; asked in keywords, or without a question mark, it doubts
passages that answer.
"""

from __future__ import annotations

import re

from rag.language.names import possible_names

_ASKS = re.compile(
    r"[谁哪几吗嘛呢啥咋怎何?]|什么|甚么|多少|么$|[是能可]否|(\w)[不没]\1|[有没]没有"
    r"|多[大高长远重久宽深快]|百分之|介绍|说[说明]|谈谈|列[举出]|请|告诉"
)
_ENDINGS = {
    "是什么时候": "时间|日期|日子|时刻|年份|生日",
    "是哪里": "地[点址方]|位置|场所|举办地|所在地|出生地|[起终]点",
    "是多少": "(?<![质力])量|(?<!多)数|[数金余总]额|[比率]例?|[面体]积|[长高宽深温]度|增[速长幅]"
    "|占比|规模|成绩|排名|票房|价格?|收入|奖金|费用|年龄|寿命|震级|人[次口]|gdp",
    "是谁": "[冠亚季]军|得主|主?导演|编剧|[男女]?主[演角]|主[席任]|总[统理裁]|首相|校长"
    "|[部局院所社省市县区]长|(?:创始|发明|负责|主持|获奖|代言|发言|候选|主讲)人|作者|获[奖得]者|教练|嘉宾|经理"
    "|董事长|[父母]亲|妻子|丈夫",
}
_AGE = re.compile(r"^(?P<who>[\u4e00-\u9fff]{2,4}?)(?P<now>今年)?(?:有)?多大了?$")
_ASKED_BY_ENDING = tuple((asks, re.compile(f"(?:{ends})$")) for asks, ends in _ENDINGS.items())


def left_unsaid(bare: str) -> str:
    """What keywords leave out: `是谁`, `是多少`, …; nothing where something is asked or unclear."""
    if _ASKS.search(bare):
        return ""
    return next((asks for asks, ending in _ASKED_BY_ENDING if ending.search(bare)), "")


def as_question(query: str) -> str:
    """A folded query as somebody would ask it aloud, with a question mark.

    Args:
        query: a question or keywords, with or without end marks.
    """
    bare = query.rstrip(" ?!。.,，")
    if (age := _AGE.match(bare)) and age["who"] in set(possible_names(age["who"])):
        return f"{age['who']}{age['now'] or ''}多大年纪?"
    asks = left_unsaid(bare) or ("" if _ASKS.search(bare) else "是什么")
    return f"{bare}{asks}?"
