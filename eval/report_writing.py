"""Writes a report into a folder, for people and for other programs."""

from __future__ import annotations

import json
from pathlib import Path

from eval.data_files import jsonl_of, write_bytes_whole, write_whole
from eval.html_report.page import html_of
from eval.question_formats.trec import QRELS, RUN, qrels_text, run_text
from eval.report_files import junit_xml, question_rows
from eval.reports import FAULTS, Report
from eval.spreadsheets import csv_text, workbook_bytes


def write_report(report: Report, folder: Path) -> None:
    """Write the report into a folder, made if need be.

    As JSON, Markdown and one HTML file; every question as CSV and XLSX; the failures; the
    rankings and what was relevant in TREC's form; the gates' own form for builds, JUnit XML.

    Raises:
        DataFileMissing: the folder does not take them.
    """
    document = json.dumps(report.to_json(), ensure_ascii=False, indent=2)
    write_whole(folder / "report.json", document + "\n")
    write_whole(folder / "report.md", report.markdown())
    write_whole(folder / "failures.jsonl", jsonl_of(report.failures()))
    write_whole(folder / "report.html", html_of(report, FAULTS))
    rows = question_rows(report.judged, report.losses, FAULTS)
    write_whole(folder / "questions.csv", csv_text(rows))
    write_bytes_whole(folder / "questions.xlsx", workbook_bytes(rows, "逐题"))
    xml = junit_xml(report.judged, report.losses, FAULTS, str(report.stamps["run"]))
    write_bytes_whole(folder / "junit.xml", xml)
    _write_rankings(report, folder)


def _write_rankings(report: Report, folder: Path) -> None:
    rankings = {one.question.id: [found.id for found in one.ranking] for one in report.judged}
    write_whole(folder / RUN, run_text(rankings, str(report.stamps["run"])))
    rankable = [one for one in report.judged if one.rankable]
    grades = {one.question.id: {r.id: r.grade for r in one.relevant} for one in rankable}
    write_whole(folder / QRELS, qrels_text(grades))
