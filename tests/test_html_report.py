"""The report as one HTML file: whole, small, harmless, and usable in a real browser."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from browsing import HOSTILE, MARKS
from fakes_eval import answer, refusal

from eval.diagnosis import Loss, Spot
from eval.question_sets import EvalQuestion, QuestionSet
from eval.report_writing import write_report
from eval.reports import Report, evaluate
from eval.runs import Run

LONG = "大桥全长五百米，由省里的设计院设计，去年开工，今年合龙，明年六月通车。"


def made(count: int, *, texts: tuple[str, ...] = (LONG,), name: str = "桥.jsonl") -> Report:
    """A report of so many questions: of three, one is right, one wrong, one wrongly refused."""
    questions, answers, losses = [], {}, {}
    for n in range(count):
        text = texts[n % len(texts)]
        question = EvalQuestion(
            id=f"q{n}",
            question=f"第{n}问{text}",
            answerable=True,
            answers=(("五百米" if n % 3 == 0 else text + "一千米",),),
            evidence=(text,),
            type=("how_many", "who")[n % 2],
        )
        said = refusal(question.question, text) if n % 3 == 2 else answer(question.question, LONG)
        questions.append(question)
        answers[question.id] = said
        if n % 3:
            spot = Spot("A", text, 1, text, rank=2, probability=0.25)
            losses[question.id] = Loss("not_believed", gold=spot, chosen=spot)
    report = evaluate(QuestionSet(Path(name), tuple(questions)), Run(Path("run"), answers, {}))
    report.losses.update(losses)
    return report


def page_of(report: Report, folder: Path) -> Path:
    write_report(report, folder)
    return folder / "report.html"


def data_in(page: Path) -> list[dict[str, Any]]:
    text = page.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert found
    rows: list[dict[str, Any]] = json.loads(found[1])
    return rows


def test_failures_come_first_and_everything_is_there(tmp_path: Path) -> None:
    rows = data_in(page_of(made(30), tmp_path))
    assert len(rows) == 30
    faults = [bool(row["fault"]) for row in rows]
    assert faults == sorted(faults, reverse=True)
    assert rows[0]["stage"] == "读到了，没采信"
    assert "把握 25.0%，检索第 2 位" in rows[0]["should"]
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert text.count("<svg") == 3
    assert "{{" not in text
    for part in ("桥.jsonl", "分类型", "how_many", "nDCG@10", "答错的丢在哪一步"):
        assert part in text


def test_what_is_wrong_comes_before_what_is_right_with_a_stray_quote(tmp_path: Path) -> None:
    told = {
        "stray": ("五百米", (LONG, "河里有鱼。")),
        "right": ("五百米", (LONG,)),
        "wrong": ("九米", ("河里有鱼。",)),
    }
    asked = [
        EvalQuestion(name, f"{name}？", answerable=True, answers=((gold,),), evidence=(LONG,))
        for name, (gold, _) in told.items()
    ]
    answers = {one.id: answer(one.question, *told[one.id][1]) for one in asked}
    report = evaluate(QuestionSet(Path("桥.jsonl"), tuple(asked)), Run(Path("run"), answers, {}))
    page = page_of(report, tmp_path)
    assert [row["id"] for row in data_in(page)] == ["wrong", "stray", "right"]
    listed = csv.reader(io.StringIO((tmp_path / "questions.csv").read_text(encoding="utf-8-sig")))
    assert [row[0] for row in listed][1:] == ["wrong", "stray", "right"]


def test_an_article_without_a_title_has_no_empty_brackets(tmp_path: Path) -> None:
    question = EvalQuestion("q", "多高？", answerable=True, answers=(("九米",),))
    said = answer("多高？", LONG)
    untitled = tuple(c.model_copy(update={"title": ""}) for c in said.citations)
    run = Run(Path("run"), {"q": said.model_copy(update={"citations": untitled})}, {})
    rows = data_in(page_of(evaluate(QuestionSet(Path("桥.jsonl"), (question,)), run), tmp_path))
    assert rows[0]["citations"] == [f"第1段　{LONG}"]


def test_nothing_in_it_leads_out(tmp_path: Path) -> None:
    text = page_of(made(3), tmp_path).read_text(encoding="utf-8")
    assert not re.search(r"\b(?:src|href|url|import)\b\s*[=(]", text)
    assert "default-src 'none'" in text


def test_hostile_text_is_only_text(tmp_path: Path) -> None:
    texts = tuple(f"{hostile}{{{{script}}}}{{{{data}}}}" for hostile in HOSTILE)
    page = page_of(made(len(texts), texts=texts, name="".join(HOSTILE)), tmp_path)
    text = page.read_text(encoding="utf-8")
    assert text.lower().count("<script") == text.lower().count("</script") == 2
    assert not re.search("<(?:img|iframe|object|embed|base|form action|svg onload|a )", text)
    rows = {row["id"]: row["question"] for row in data_in(page)}
    assert rows == {f"q{n}": f"第{n}问{shown}" for n, shown in enumerate(texts)}


def test_three_thousand_questions_are_five_megabytes_at_most(tmp_path: Path) -> None:
    from eval.html_report.page import html_of
    from eval.reports import FAULTS

    small = made(60, texts=(LONG * 9,))
    large = Report(
        judged=small.judged * 50,
        metrics=small.metrics,
        intervals=small.intervals,
        types=small.types,
        styles={},
        stamps=small.stamps,
        failed=0,
        problems=(),
        losses=small.losses,
    )
    assert len(html_of(large, FAULTS).encode()) <= 5 << 20


def test_tables_for_other_programs(tmp_path: Path) -> None:
    write_report(made(6, texts=("=HYPERLINK(1)",)), tmp_path)
    assert "=HYPERLINK(1)" in (tmp_path / "report.md").read_text(encoding="utf-8")
    text = (tmp_path / "questions.csv").read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    assert header[:2] == ["编号", "类型"]
    assert len(rows) == 6
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
    write_report(made(6), tmp_path)
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("6", "4", "0")
    assert len(suite.findall("testcase/failure")) == 4
    assert (tmp_path / "run.txt").read_text(encoding="utf-8").startswith("q0 Q0 A#1 1 ")
    assert (tmp_path / "qrels.txt").read_text(encoding="utf-8").count("\n") >= 6


class TestInABrowser:
    pytestmark = MARKS

    def test_a_filter_of_nothing_is_not_shown_on_a_phone(
        self, browser: Any, tmp_path: Path
    ) -> None:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(page_of(made(4), tmp_path).as_uri())
        assert page.locator(".filters label").filter(has_text="类型").is_visible()
        assert not page.locator(".filters label").filter(has_text="问法").is_visible()
        page.close()

    def test_it_is_filtered_and_opened(self, browser: Any, tmp_path: Path) -> None:
        page = browser.new_page()
        wrong: list[str] = []
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("request", lambda request: wrong.append(request.url))
        report = made(240, texts=(LONG, *HOSTILE))
        address = page_of(report, tmp_path).as_uri()
        page.goto(address)
        assert page.locator("tr.row").count() == 100
        assert "240 题，列出 100 题" in page.locator(".count").inner_text()
        page.click(".more")
        assert page.locator("tr.row").count() == 200
        page.select_option("[name=verdict]", label="该答而拒（80）")
        assert page.locator("tr.row").count() == 80
        page.fill("[name=text]", "q239")
        assert page.locator("tr.row").count() == 1
        page.locator("tr.row button").press("Enter")
        detail = page.locator("tr.detail").inner_text()
        for part in ("该引的", "实引的", "把握 25.0%", "最接近的段落"):
            assert part in detail
        page.locator("tr.row button").press("Enter")
        assert page.locator("tr.detail").count() == 0
        assert wrong == [address]
        page.set_viewport_size({"width": 390, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.close()

    def test_a_narrow_screen_cuts_nothing_off(self, browser: Any, tmp_path: Path) -> None:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(page_of(made(240), tmp_path).as_uri())
        cut = "e => [...e].filter(x => x.scrollWidth > x.clientWidth + 1).length"
        assert page.locator(".tables section:first-child .scroll").evaluate_all(cut) == 0
        first = page.locator("tr.row").first
        first.locator("button").click()
        assert page.locator(".questions .scroll").evaluate_all(cut) == 0
        shown = page.locator(".questions *").evaluate_all(
            "all => all.filter(e => e.getBoundingClientRect().right > innerWidth).length"
        )
        assert shown == 0
        said = first.locator("td").nth(2)
        assert "标准答案" in said.evaluate("e => getComputedStyle(e, '::before').content")
        page.set_viewport_size({"width": 1280, "height": 900})
        assert page.locator(".list thead").is_visible()
        page.close()
