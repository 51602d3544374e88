"""第五条, 第二章, 附件1, 表2: the part that begins so is quoted, not one that cites it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pages import ask, asking

from rag.data_model.answers import Answer, Question
from rag.pipeline import Pipeline
from rag.question.numbered_parts import asked_parts
from rag.question.understanding import understand

LAKE = """# 白鹭湖渔业管理办法

## 第一章 总则

第一条　为了养护白鹭湖的鱼，制定本办法。

第二条　县渔政站管理湖上的捕捞。

## 第二章 捕捞

第三条　每年四月至六月为禁渔期。

第四条　申请捕捞证，应当交下列材料：

（一）身份证明；

（二）渔船登记证；

（三）两张照片。

渔政站十日内答复。

第五条　一船一证，证件不得出借。

## 第三章 罚则

第十三条　违反第三条规定下网的，没收渔网，罚款五百元。

第十四条　违反第五条规定出借证件的，收回捕捞证。

附件1 捕捞证样式

证件为蓝色，长九厘米。

附件2 渔船名册

湖东队有渔船二十条。
"""
BEES = """养蜂场安全规定
第一条 进场先穿防护服。
第二条 不得在蜂箱前吸烟。
第三条 被蜇后马上报告场长。
"""
NEWS = """白鹭湖开湖
本报讯 白鹭湖昨日开湖，渔民下网三百张。渔政站站长说，违反第三条的罚款五百元。
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("parts")
    with asking(folder, bees=BEES, news=NEWS) as made:
        made.close()
    (folder / "pages" / "lake.md").write_text(LAKE, encoding="utf-8")
    with asking(folder, bees=BEES, news=NEWS) as made:
        yield made


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("白鹭湖渔业管理办法第五条是什么？", ["第五条"]),
        ("白鹭湖渔业办法第5条规定了什么？", ["第五条"]),
        ("渔业管理办法第③条的内容", ["第三条"]),
        ("养蜂场安全规定第三条怎么写的？", ["第三条 被蜇"]),
        ("渔业管理办法第十三条", ["第十三条"]),
        ("渔业管理办法第一条和第三条分别是什么？", ["第一条", "第三条"]),
        (
            "渔业管理办法第三条至第五条是什么？",
            ["第三条", "第四条", "（一）", "（二）", "（三）", "渔政站", "第五条"],
        ),
        ("渔业管理办法第四条第二款是什么？", ["渔政站十日"]),
        ("渔业管理办法第四条第（二）项是什么？", ["（二）渔船"]),
        ("渔业管理办法第4条第1款第3项是什么？", ["（三）两张"]),
        (
            "渔业管理办法第三章讲了什么？",
            ["第三章 罚则", "第十三条", "第十四条", "附件1", "证件", "附件2", "湖东队"],
        ),
        ("渔业管理办法附件2是什么？", ["附件2", "湖东队"]),
    ],
)
def test_the_part_that_begins_so_is_quoted(
    pipeline: Pipeline, question: str, begins: list[str]
) -> None:
    told = quotes(ask(pipeline, question))
    assert len(told) == len(begins)
    assert all(quote.startswith(start) for quote, start in zip(told, begins, strict=True))


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("渔业管理办法第三十条是什么？", "第三十条"),
        ("养蜂场安全规定第5条是什么？", "第5条"),
        ("渔业管理办法第五条第三款是什么？", "第五条第三款"),
        ("《果园条例》第三条是什么？", "第三条"),
        ("渔业管理办法附件3是什么？", "附件3"),
        ("渔业管理办法第六章讲了什么？", "第六章"),
    ],
)
def test_a_part_that_no_document_has_is_refused(
    pipeline: Pipeline, question: str, asked: str
) -> None:
    refusal = ask(pipeline, question).refusal
    assert refusal is not None
    assert refusal.mismatch is not None
    assert refusal.mismatch.asked == asked
    assert refusal.mismatch.told != asked


def test_what_follows_from_a_part_is_told_where_it_is_cited(pipeline: Pipeline) -> None:
    told = quotes(ask(pipeline, "违反渔业管理办法第五条规定出借证件的怎么处理？"))
    assert told == ["第十四条　违反第五条规定出借证件的，收回捕捞证。"]


def test_what_a_report_says_a_part_lays_down_may_answer(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    report = "酒驾被罚\n根据交通法第九十一条规定，饮酒驾车的暂扣驾驶证六个月。\n交通法另有规定。\n"
    with asking(tmp_path_factory.mktemp("report"), report=report) as pipeline:
        told = quotes(ask(pipeline, "交通法第九十一条规定饮酒驾车怎么处理？"))
    assert told == ["根据交通法第九十一条规定，饮酒驾车的暂扣驾驶证六个月。"]


TABLE = """# 县里的收成

表1 水稻收成

东乡 九百吨

表2 小麦收成

西乡 七百吨

北乡 五百吨

以上由统计站提供。
"""


def test_a_table_is_quoted_as_far_as_its_rows(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("table")
    (folder / "pages").mkdir()
    (folder / "pages" / "crops.md").write_text(TABLE, encoding="utf-8")
    with asking(folder) as pipeline:
        told = quotes(ask(pipeline, "县里的收成表二是什么？"))
    assert told == ["表2 小麦收成", "西乡 七百吨", "北乡 五百吨"]


@pytest.mark.parametrize("question", ["第三条线路有多长？", "代表3人是谁？", "第二节课上什么？"])
def test_what_only_counts_names_no_part(question: str) -> None:
    assert asked_parts(understand(Question(question=question), 100)) is None
