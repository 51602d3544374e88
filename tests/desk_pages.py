"""Pages that talk, lists and gists are tried on, and how they are asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pages import BRIDGE, TEA, asking

from rag.data_model.answers import Answer, Filters, Question
from rag.pipeline import Pipeline
from rag.proof.replay import replay
from rag.proof.verification import verify

PAPER = """望川日报 2024年5月{day}日 第{page}版

{title}

□本报记者 何苇

{text}
"""
FERRY = "望川渡口五月起改用电动渡船。渡船一次可以坐六十个人，过江只要四分钟。旧船卖给了上游的船厂。"
LIBRARY = (
    "县图书馆把闭馆时间推迟到夜里十点。馆长说，晚上来的多是下班以后的年轻人。馆里添了两百个座位。"
)
REPORT = """# 望川县夜间公交评估

2024年6月3日

## 一、现状

望川县现有四条夜间公交线路，末班车在夜里十一点。夜间公交平均每天运送三千人。乘客多数是夜班工人。

## 二、问题

夜间公交有三个问题：一是班次太少，平均要等四十分钟；二是站台没有灯，老人不敢等车；三是司机不够，时常停班。

## 三、建议

建议从三个方面改进。一是加密班次，把间隔缩短到二十分钟。二是给站台装灯，先装医院和车站附近的。三是增招司机，给夜班补贴。
"""
TALK = """沅江日报 2025-03-18 第7版

老街怎样留住人
——对话两位老街居民

主持人：苏映雪（沅江日报记者）
嘉宾：
陆深之（老街茶馆掌柜）
倪青禾（老街剪纸手艺人）

主持人：老街这几年变化大吗？

陆深之：变化很大，茶馆的客人里一半是外地来的年轻人。他们坐得久，也愿意听我讲老街的旧事。

倪青禾：我担心的是房租，三年涨了一倍，手艺人快要搬走了。剪纸卖不出那么多钱。

主持人：有什么办法？

陆深之：办法是让老房子先租给老住户，租约签得长一些。

倪青禾：我盼着有一间公共的工坊，大家轮流用，孩子们也能来学。
"""


@contextmanager
def desk_pipeline(folder: Path) -> Iterator[Pipeline]:
    """A pipeline over a newspaper, a report and a talk."""
    pages = {
        "ferry": PAPER.format(day=20, page=1, title="望川渡口换上电动船", text=FERRY),
        "library": PAPER.format(day=20, page=2, title="图书馆夜里十点才关门", text=LIBRARY),
        "tea": PAPER.format(day=13, page=1, title="高山茶园迎来采摘季", text=TEA.split("\n", 1)[1]),
        "talk": TALK,
    }
    with asking(folder, bridge=BRIDGE, **pages) as made:
        yield made


def ask(pipeline: Pipeline, question: str, *history: str, **filters: object) -> Answer:
    """Ask; the answer verifies and is the same when it is asked again."""
    asked = Question(question=question, history=history, filters=Filters.model_validate(filters))
    answer = pipeline.ask(asked)
    assert verify(answer, pipeline.library) == []
    assert replay(answer, pipeline, pipeline.library).same
    return answer


def titles(answer: Answer) -> list[str]:
    """Of the articles that are cited, in order."""
    return [citation.title for citation in answer.citations]
