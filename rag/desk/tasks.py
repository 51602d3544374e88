"""Tasks that no collection of articles does: poems, translations, sums, the weather, a chat."""

from __future__ import annotations

import re

from rag.question.out_of_scope import pattern

_SUM = re.compile(
    r"^(?:帮我)?(?:算一?下|计算)? *[\d零一二两三四五六七八九十百千万.]+"
    r"(?:[-+*/×÷加减乘除以之的平立方根开和\d零一二两三四五六七八九十百千万.() ])*"
    r"(?:=|等于|是|得)*(?:多少|几)?$"
)
_FIGURE = "[\\d零一二两三四五六七八九十百千万]"
_OPERATOR = re.compile(rf"(?<={_FIGURE})\s*(?:[-+*/×÷加减]|乘以?|除以?)\s*(?={_FIGURE})")
_ASKS_SUM = re.compile(r"=|等于|多少|几$|算")
_NOW = re.compile(
    r"^(?:请问)?(?:现在|此刻|今天|今日|明天|后天|昨天|这周|下周|这会儿)(?:的|是)*"
    r"(?:几点|几号|星期几|周几|礼拜几|什么日子|天气|气温|温度|(?:会|要|能)?(?:下雨|下雪|降温|刮风))"
    r"(?:了|钟|怎么?样|如何|好|吗|不|多少|啊|呀|呢)*$"
)
_CHAT = re.compile(
    "^[你您](?:喜欢|爱|住在?|开心|几岁|多大|有没有(?:男|女)朋友|吃了?饭)|^(?:陪|跟|和)我(?:聊|玩|说说话)"
)
_ENTERTAIN = re.compile(
    r"^(?:请|麻烦)?(?:[你您])?(?:再|先|帮我|给我|给我们|为我)*"
    r"(?:(?:讲|说|来|编)一?[个则段](?:笑话|故事|谜语|段子|童话|相声)"
    r"|(?:唱|放|来)一?[首支]?歌|猜个?谜语)(?:吧|听听|听)?$"
)
_ERRAND = re.compile(
    r"^(?:请|麻烦)?(?:[你您])?(?:帮我|帮忙|替我|给我)(?:订|买|发|打|预[订定]|叫|下载|安装|转账|推荐)(?:一?[张份封个部本台杯首辆条]|电话|外卖|快递)"
    r"|^(?:给|替|帮|为)[\u4e00-\u9fff]{1,4}(?:起|取)一?个?名字?$"
)
_WRITE = re.compile(
    r"^(?:请|麻烦)?(?:[你您])?(?:帮我|给我|替我)?(?:写|编写?|生成|画|创作|起草|翻译)一?(?:下|[首篇幅封段个张份])"
    r"(?!.*(?:是|的[\u4e00-\u9fff]{1,4}$))"
)
_ASKS = re.compile("谁|哪|几|多[少久长大]|什么|怎|吗|呢|是否")


def task_in(bare: str) -> str:
    """Which kind of task a folded message without end marks sets: `make`, `sum` …; or empty."""
    if _SUM.search(bare) and _OPERATOR.search(bare) and _ASKS_SUM.search(bare):
        return "sum"
    if _NOW.search(bare):
        return "now"
    if _CHAT.search(bare) or _ENTERTAIN.search(bare):
        return "chat"
    if _ASKS.search(bare):
        return ""
    if _ERRAND.search(bare):
        return "errand"
    return "make" if pattern("task").search(bare) or _WRITE.search(bare) else ""
