"""A report's questions for other programs: as a table, and as JUnit's XML for builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from eval.diagnosis import STAGES, Loss
from eval.judging import Judged
from eval.measures.latency import milliseconds
from eval.spreadsheets import without_odd_characters

_HEADER = (
    "编号",
    "类型",
    "问法",
    "问题",
    "标准答案",
    "结果",
    "丢在哪一步",
    "简答",
    "引文",
    "出处",
    "把握",
    "毫秒",
)


def question_rows(
    judged: Sequence[Judged], losses: Mapping[str, Loss], faults: Mapping[str, str]
) -> list[list[str]]:
    """A header and a row a question, by `Judged.place`: the failures first."""
    ordered = sorted(judged, key=lambda one: one.place)
    return [list(_HEADER), *(_row(one, losses.get(one.question.id), faults) for one in ordered)]


def junit_xml(
    judged: Sequence[Judged], losses: Mapping[str, Loss], faults: Mapping[str, str], name: str
) -> bytes:
    """A test case a question; one with a fault has failed, one without an answer is an error."""
    suite = ElementTree.Element("testsuite", {"name": without_odd_characters(name)})
    counts = {"failure": 0, "error": 0}
    for one in judged:
        question, answer = one.question, one.answer
        taken = (milliseconds(answer) or 0.0) / 1000 if answer else 0.0
        about = {
            "classname": without_odd_characters(question.type or "questions"),
            "name": without_odd_characters(f"{question.id} {question.question}"),
            "time": f"{taken:.3f}",
        }
        case = ElementTree.SubElement(suite, "testcase", about)
        if one.fault:
            kind = "error" if answer is None else "failure"
            counts[kind] += 1
            loss = losses.get(question.id)
            said = faults[one.fault] + (f"：{STAGES[loss.stage]}" if loss else "")
            ElementTree.SubElement(case, kind, {"message": said})
    suite.attrib |= {
        "tests": str(len(judged)),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
    }
    ElementTree.indent(suite)
    document: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return document


def _row(one: Judged, loss: Loss | None, faults: Mapping[str, str]) -> list[str]:
    question, answer = one.question, one.answer
    citations = answer.citations if answer else ()
    ms = milliseconds(answer) if answer else None
    gold = "；".join("|".join(group) for group in question.answers)
    return [
        question.id,
        question.type,
        question.style,
        question.question,
        "应当拒答" if question.answerable is False else gold,
        verdict(one, faults),
        STAGES[loss.stage] if loss else "",
        (answer.short_answer or "") if answer else "",
        "\n".join(c.quote for c in citations),
        "\n".join(f"《{c.title}》第{c.paragraph}段" for c in citations),
        f"{answer.confidence:.4f}" if answer else "",
        "" if ms is None else f"{ms:.0f}",
    ]


def verdict(one: Judged, faults: Mapping[str, str]) -> str:
    """What is said of a question: its fault, or what is right with it."""
    if one.fault:
        return faults[one.fault]
    if one.correct is None:
        return "无标准答案"
    return "拒得对" if one.refused else "答对"
