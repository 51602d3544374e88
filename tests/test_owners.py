"""A value is named as short answer only where its own clause tells it of what is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pages import evidence_of

from rag.data_model.answers import Question
from rag.evidence.scorer import Assessment
from rag.question.understanding import understand
from rag.rules.contrasts import without_others_answers

PAID = "水渠总投资900万元，其中镇财政承担520万元，其余由省水利厅补助。"
SPENT = "到今年六月是340万，预算是410万。"
SHARES = "建设资金中，中央和省级占45%，市县两级财政占31%，其余为村民自筹。"
EACH = "今年水窖、涵洞和塘坝分别建成86个、97个和105个。"
YIELD = "全乡茶园面积8万亩，其中投产6万亩，比前年多1万亩。"


@pytest.mark.parametrize(
    ("question", "text", "short", "named"),
    [
        ("省水利厅补助了多少钱？", PAID, "520万元", False),
        ("省财政补助了多少钱？", PAID, "520万元", False),
        ("水渠由省里补助的钱有多少？", PAID, "520万元", False),
        ("水渠省水利厅补助了多少万元？", PAID, "900万元", False),
        ("镇财政承担了多少钱？", PAID, "520万元", True),
        ("水渠总投资多少？", PAID, "900万元", True),
        ("堤坝何时开工？", "去年9月，堤坝开工，今年9月通水。", "去年9月", True),
        ("省水利厅补助了多少钱？", "其余380万元由省水利厅补助，镇里出520万元。", "380万元", True),
        ("省水利厅补助了多少钱？", "镇里出520万元，省水利厅补助380万元。", "380万元", True),
        ("花了多少钱？", SPENT, "410万", False),
        ("花了多少钱？", SPENT, "340万", True),
        ("预算是多少？", SPENT, "410万", True),
        ("预算是多少？", SPENT, "340万", False),
        ("已经投资多少？", "堤坝计划投资7亿元，已投资3亿元。", "7亿元", False),
        ("计划投资多少？", "堤坝计划投资7亿元，已投资3亿元。", "7亿元", True),
        ("投资了多少？", "堤坝按计划投资了3亿元，明年再投4亿元。", "3亿元", True),
        ("中央占多少？", SHARES, "31%", False),
        ("中央财政占多少？", SHARES, "31%", False),
        ("中央占多少？", SHARES, "45%", True),
        ("中央占多少？", "中央和省级 45 %，市县两级 31 %。", "31 %", False),
        ("中央占多少？", "中央和省级 45 %，市县两级 31 %。", "45 %", True),
        ("水渠总投资多少？", "水渠总投资 900 万元，其中镇里出 520 万元。", "520 万元", False),
        ("市县两级财政占多少？", SHARES, "31%", True),
        ("县级占多少？", SHARES, "45%", False),
        ("水窖、涵洞和塘坝今年分别建成多少个？", EACH, "86个", False),
        ("水窖、涵洞和塘坝今年分别建成多少个？", EACH, "86个、97个和105个", True),
        ("涵洞今年建成多少个？", EACH, "86个", False),
        ("涵洞今年建成多少个？", EACH, "97个", True),
        ("水窖建成多少个？", EACH, "86个", True),
        ("塘坝建成多少个？", EACH, "105个", True),
        ("塘坝建成多少个？", EACH, "97个", False),
        ("水窖和涵洞建成多少个？", EACH, "86个", False),
        ("茶园面积有多大？", YIELD, "8万亩", True),
        ("茶园面积有多大？", YIELD, "6万亩", False),
        ("全乡茶园投产多少亩？", YIELD, "6万亩", True),
        ("茶园扩大了多少亩？", "全乡茶园8万亩，比前年增加2万亩。", "2万亩", True),
        ("长期运行的比例是多少？", "上报的运行率为80%，若只看长期运行，则为55%。", "55%", True),
        ("站长手下有几人跟着巡渠？", "站长：我带13人，每周和3人巡渠。", "13人", True),
        ("经济总量涨了几个点？", "全县增长6.1%，比目标低0.4个百分点。", "6.1%", True),
        ("大桥总投资多少？", "大桥今年投资21亿元，总投资25亿元。", "25亿元", True),
        ("大桥全长多少米？", "大桥昨日合龙，全长2,360米，主跨460米。", "2,360米", True),
        ("大桥全长多少米？", "大桥昨日合龙，全长2,360米，主跨460米。", "460米", False),
    ],
)
def test_whose_value_it_is(question: str, text: str, short: str, named: bool) -> None:
    assessment = Assessment((evidence_of(text, short),), 0.9)
    understood = understand(Question(question=question), 100)
    (evidence,) = without_others_answers(understood, assessment).evidence
    assert (evidence.short == short) is named


BEDS = "每百户的车位，柏溪区为38个，梧镇为36个，南屏县为25个，北泽乡只有19个。"
STEPS = "津贴按等级发放，初级每月200元、中级400元、高级800元。"


@pytest.mark.parametrize(
    ("question", "text", "short", "own"),
    [
        ("北泽乡每百户有多少个车位？", BEDS, "38个", "19个"),
        ("梧镇每百户的车位是多少？", BEDS, "25个", "36个"),
        ("柏溪区每百户的车位是多少？", BEDS, "38个", "38个"),
        ("每百户的车位是多少？", BEDS, "38个", "38个"),
        ("高级的津贴每月多少钱？", STEPS, "200元", "800元"),
        ("中级津贴是多少元？", STEPS, "800元", "400元"),
        ("夜里停车每小时多少钱？", "白天每小时4元，夜里每小时1元。", "4元", "1元"),
        ("茶园扩大了多少亩？", "全乡茶园8万亩，比前年增加2万亩。", "2万亩", "2万亩"),
    ],
)
def test_the_value_of_what_is_asked_is_named_instead(
    question: str, text: str, short: str, own: str
) -> None:
    assessment = Assessment((evidence_of(text, short),), 0.9)
    (kept,) = without_others_answers(
        understand(Question(question=question), 300), assessment
    ).evidence
    assert kept.short == own
    assert kept.answer is not None
    assert text[kept.answer.start : kept.answer.end] == own


def test_what_a_followup_asks_by_itself() -> None:
    assessment = Assessment((evidence_of(SHARES, "31%"),), 0.9)
    whole = understand(Question(question="中央呢？"), 100, "市县两级财政占多少 中央呢")
    understood = replace(whole, appended=True, part="中央呢")
    (evidence,) = without_others_answers(understood, assessment).evidence
    assert evidence.short == "45%"


def test_of_two_that_are_asked_the_value_of_a_third_is_named_for_neither() -> None:
    asked = understand(Question(question="北泽乡和梧镇每百户的车位是多少？"), 300)
    (kept,) = without_others_answers(asked, Assessment((evidence_of(BEDS, "38个"),), 0.9)).evidence
    assert kept.short is None
