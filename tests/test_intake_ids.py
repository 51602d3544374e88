"""No article replaces another one unasked, and what was left out on the way in is told."""

from __future__ import annotations

import json
from pathlib import Path

import made_office as made
import pytest

from ingest.indexing import ingest
from ingest.storing.outcomes import IngestReport
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.settings import load_settings
from ui.intake.ingesting import ingest_files
from ui.intake.jobs import FileResult


def stored(tmp_path: Path, *paths: Path) -> tuple[IngestReport, dict[str, str]]:
    """The report, and the text of each live article by its title."""
    settings = load_settings(tmp_path / "data")
    with Library.open(settings.data_dir, write=True) as library:
        report = ingest(list(paths), library, HashingEmbedder(), settings)
        return report, {one.article.title: one.article.text for one in library.articles()}


def table(path: Path, *rows: tuple[str, str, str]) -> Path:
    path.write_text("id,title,text\n" + "".join(",".join(row) + "\n" for row in rows))
    return path


def test_ids_that_files_share_keep_all_articles(tmp_path: Path) -> None:
    first = table(tmp_path / "春.csv", ("1", "春甲", "春甲村三吨。"), ("2", "春乙", "春乙村四吨。"))
    second = table(
        tmp_path / "夏.csv", ("1", "夏甲", "夏甲村五吨。"), ("2", "夏乙", "夏乙村六吨。")
    )
    third = tmp_path / "秋.jsonl"
    third.write_text(json.dumps({"id": "1", "title": "秋甲", "text": "秋甲村七吨。"}))
    report, articles = stored(tmp_path, first, second, third)
    assert set(articles) == {"春甲", "春乙", "夏甲", "夏乙", "秋甲"}
    assert report.articles == 5
    told = {Path(one.file).name: one.remarks for one in report.files}
    assert not told["春.csv"]
    assert "1、2" in told["夏.csv"][0]
    # Another run changes nothing, and a new version of the second file replaces its own rows.
    table(second, ("1", "夏甲", "夏甲村五十吨。"), ("2", "夏乙", "夏乙村六吨。"))
    report, articles = stored(tmp_path, first, second, third)
    assert len(articles) == 5
    assert (articles["夏甲"], articles["春甲"]) == ("夏甲村五十吨。", "春甲村三吨。")


def test_an_id_twice_in_one_file(tmp_path: Path) -> None:
    path = table(
        tmp_path / "a.csv", ("1", "甲", "甲村。"), ("1", "乙", "乙村。"), ("1", "丙", "丙村。")
    )
    report, articles = stored(tmp_path, path)
    assert set(articles) == {"甲", "乙", "丙"}
    assert report.files[0].remarks


def test_rows_without_ids_may_move_within_their_file(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [json.dumps({"title": name, "text": f"{name}村收茶叶。"}) for name in "甲乙丙"]
    path.write_text("\n".join(rows))
    stored(tmp_path, path)
    path.write_text("\n".join([json.dumps({"title": "丁", "text": "丁村收茶叶。"}), *rows]))
    report, articles = stored(tmp_path, path)
    assert set(articles) == {"甲", "乙", "丙", "丁"}
    assert not report.files[0].remarks


def test_bad_rows_are_counted(tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", ("1", "甲", "甲村。"), ("2", "乙", ""), ("3", "丙", ""))
    report, _ = stored(tmp_path, path)
    error = report.files[0].error
    assert error is not None
    assert error.code == "parts_failed"
    assert "2 处" in error.message_zh


def test_a_folder_and_an_archive_say_what_they_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "文件"
    folder.mkdir()
    (folder / "正文.TXT").write_text("石桥镇逢五有集市。")
    (folder / "程序.exe").write_bytes(b"MZ")
    (folder / "包.zip").write_bytes(
        made.package({"甲.txt": "桥通车了。", "乙.exe": "MZ", "丙.json": "{}"})
    )
    report, articles = stored(tmp_path, folder)
    assert len(articles) == 2
    assert report.passed_over == (".exe",)
    told = {Path(one.file).name: one.remarks for one in report.files}
    assert told["包.zip"] == ("压缩包里略过 2 个文件：.exe 1 个、.json 1 个",)


@pytest.mark.parametrize("archived", [False, True])
def test_remarks_reach_the_server(tmp_path: Path, archived: bool) -> None:
    page = "<p>石桥镇逢五有集市。</p><p style='display:none'>看不见的字。</p>"
    path = tmp_path / ("a.zip" if archived else "a.html")
    path.write_bytes(made.package({"a.html": page}) if archived else page.encode())
    settings = load_settings(tmp_path / "data")
    (result,) = ingest_files([path], settings, HashingEmbedder(), lambda *_: None)
    assert ["看不见" in remark for remark in result.remarks] == [True]
    assert FileResult.from_json(result.as_json()) == result
