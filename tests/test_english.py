"""The English pages: every message has its English, Chinese stays as it is written."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from starlette.datastructures import Headers

from rag.errors import JobOver, PdfEncrypted, QuestionTooLong, RoleRefused, YoujuError
from ui.jobs.wording import in_words
from ui.language import _, current, in_chinese
from ui.language.catalogue import english, entries, places
from ui.language.current import in_each, language_of, speak
from ui.language.errors import every_kind, shown, told, worded
from ui.language.extraction import messages, missing
from ui.language.files import in_language, page, script, style
from ui.language.given import GIVEN
from ui.static_files import spoken

UI = Path(__file__).parents[1] / "ui"
IDEOGRAPH = re.compile(r"[\u4e00-\u9fff]")
FILES = sorted(
    path for kind in ("html", "js", "css") for path in UI.rglob(f"*.{kind}") if path.is_file()
)
NOT_YET = (
    # the command line
    "cli.py", "commands/", "console.py", "listening.py", "options.py", "startup.py", "usage.py",
    # what programs read: the description of the API, agents' tools, figures
    "api/", "health.py", "mcp_server.py", "metrics.py", "server.py",
    # answers as text, which are Chinese, and what is kept of them
    "chat/exporting.py", "chat/target.py", "chat/word.py", "references.py", "reply.py",
    # noted in Chinese when it happens, and told in English by its pattern (`ui/jobs/wording.py`)
    "intake/", "jobs/board.py",
    # parts of messages of errors that are put together
    "accounts/", "admission.py", "asking_server.py", "evaluation_page/draft_routes.py",
    "fetching.py", "live_settings.py", "shared_page/checking.py",
    # the other language by its own name
    "language/switch.py",
)  # fmt: skip
"""Modules and folders of `ui` that say something in Chinese alone: it only becomes shorter."""


def in_english(work: Any) -> Any:
    def spoken() -> Any:
        speak("en")
        return work()

    return copy_context().run(spoken)


def test_every_message_has_its_english() -> None:
    assert not missing(english())


def test_the_catalogue_says_nothing_that_nobody_asks_for() -> None:
    assert not english().keys() - messages().keys()


def test_no_text_is_put_into_english_twice() -> None:
    said = Counter(text for name in places() for text, _english in entries(name))
    assert [text for text, times in said.items() if times > 1] == []


def _holes(text: str) -> Counter[str]:
    return Counter(
        (name or "") + (f":{spec}" if spec else "")
        for _text, name, spec, _conversion in Formatter().parse(text)
        if name is not None
    )


@pytest.mark.parametrize("name", places())
def test_english_has_the_same_holes_and_markup(name: str) -> None:
    """Else a page would break where it is shown, or the value be lost."""
    for chinese, said in entries(name):
        assert _holes(chinese) == _holes(said), chinese
        assert re.findall(r"<[^>]*>", chinese) == re.findall(r"<[^>]*>", said), chinese
        assert '"' not in re.sub(r"<[^>]*>", "", said) or '"' in chinese, said


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_are_served_in_chinese_as_they_are(path: Path) -> None:
    content = path.read_text("utf-8")
    kind = path.suffix[1:]
    assert in_language(content, kind, "zh") == content
    read = {"html": page, "js": script, "css": style}[kind]
    unsaid = read(content, lambda text: text)
    assert unsaid.replace('<html lang="en"', '<html lang="zh-CN"') == content


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_in_english_hold_no_chinese_outside_comments(path: Path) -> None:
    content = path.read_text("utf-8")
    spoken = in_english(lambda: in_language(content, path.suffix[1:], "en"))
    bare = re.sub(r"(?m)^\s*//.*$|/\*.*?\*/|<!--.*?-->", "", spoken, flags=re.DOTALL)
    bare = re.sub(r"/\^\(.*年.*\$/", "", bare)  # days as people write them
    assert set(IDEOGRAPH.findall(bare)) <= set("据否"), path.name


def test_scripts_keep_what_their_templates_fill_in() -> None:
    source = "const a = `第 ${n + 1} / ${total} 题${time}`, b = '取消'; // 取消"
    assert in_english(lambda: script(source, _)) == (
        'const a = `Question ${n + 1} / ${total}${time}`, b = "Cancel"; // 取消'
    )


def test_scripts_know_the_same_given_names_as_pages() -> None:
    listed = re.findall(r'\["([^"]+)", "([^"]+)"\]', spoken("given.js"))
    assert {json.loads(f'"{data}"') for data, _ in listed} == GIVEN
    assert {said for _, said in listed} == GIVEN


def test_chinese_is_what_is_written() -> None:
    assert current() == "zh"
    assert in_chinese() == ""
    for text in messages():
        assert _(text) == text


def test_each_language_is_left_again() -> None:
    assert in_each(lambda: _("取消")) == {"zh": "取消", "en": "Cancel"}
    assert current() == "zh"


@pytest.mark.parametrize(
    ("cookie", "accepts", "setting", "language"),
    [
        ("", "", "zh", "zh"),
        ("", "en-US,en;q=0.9", "zh", "zh"),
        ("", "", "en", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "auto", "zh"),
        ("", "en-GB,en;q=0.9,zh;q=0.5", "auto", "en"),
        ("", "fr, de;q=0.9", "auto", "zh"),
        ("", "en;q=0, zh;q=0.1", "auto", "zh"),
        ("", "q;;=,,en;q=9", "auto", "zh"),
        ("youju_language=en", "zh-CN", "zh", "en"),
        ("youju_session=abc; youju_language=zh", "en", "en", "zh"),
        ("youju_language=fr", "", "zh", "zh"),
        ("youju_language=", "en", "auto", "en"),
        ('youju_language="en', "", "zh", "zh"),
    ],
)
def test_what_was_chosen_comes_first(
    cookie: str, accepts: str, setting: str, language: str
) -> None:
    headers = Headers({"cookie": cookie, "accept-language": accepts})
    assert language_of(headers, setting) == language


def _filled(kind: type[YoujuError]) -> tuple[dict[str, str], dict[str, str]]:
    names = {
        name
        for text in (kind.message, kind.hint)
        for _text, name, *_rest in Formatter().parse(text)
        if name
    }
    values = {name: f"<{name}-7>" for name in names}
    return values, {
        "code": kind.code,
        "message_zh": kind.message.format(**values),
        "hint": kind.hint.format(**values),
    }


@pytest.mark.parametrize("kind", every_kind(), ids=lambda kind: kind.__name__)
def test_errors_are_told_in_english_beside_their_chinese(kind: type[YoujuError]) -> None:
    values, record = _filled(kind)
    assert told(record) == record
    spoken = in_english(lambda: told(record))
    assert {name: spoken[name] for name in record} == record
    for name in ("message_en", "hint_en"):
        assert not IDEOGRAPH.search(spoken[name])
    said = spoken["message_en"] + spoken["hint_en"]
    assert all(value in said for value in values.values())


def test_what_stands_inside_a_message_is_put_into_english_too() -> None:
    error = RoleRefused(role="读者", needed="管理员", wanted="admin")
    message, hint = in_english(lambda: shown(error))
    assert message == "Your role (Reader) may not do this."
    assert hint.startswith("It takes the role Admin;")
    assert "has ended" in in_english(lambda: shown(JobOver()))[0]
    assert shown(JobOver()) == (JobOver().message_zh, JobOver().hint_zh)


def test_an_error_of_unknown_words_stays_as_it_is() -> None:
    record = {"code": "question_too_long", "message_zh": "旧版的说法", "hint": "旧版的建议"}
    spoken = in_english(lambda: told(record))
    assert (spoken["message_en"], spoken["hint_en"]) == ("旧版的说法", "旧版的建议")
    assert worded(QuestionTooLong(length=9, limit=5)) == {
        "code": "question_too_long",
        "message_zh": "问题有 9 个字，超过上限 5 个字。",
        "hint": "请把问题缩短；大段文字请先存为文章再提问。",
    }


def test_jobs_noted_in_chinese_are_told_in_english() -> None:
    failed = PdfEncrypted(file="甲.pdf").as_dict()
    job = {
        "title": "甲.pdf 等 3 个文件",
        "unit": "段",
        "error": None,
        "log": [
            {"at": "", "text": "收下 3 个文件"},
            {"at": "", "text": "甲.pdf：PDF 有密码保护：甲.pdf"},
            {"at": "", "text": "做完了：3 个文件，存入 2 篇、9 段，1 个文件没能读入"},
        ],
        "files": [{"file": "甲.pdf", "error": failed}, {"file": "乙.txt", "error": None}],
    }
    assert in_words(job) is job
    spoken = in_english(lambda: in_words(job))
    assert spoken["title"] == "甲.pdf and others, 3 files"
    assert [line["text"] for line in spoken["log"]] == [
        "Files taken: 3",
        "甲.pdf: The PDF is protected by a password: 甲.pdf",
        "Done: 3 files, stored 2 articles, 9 passages; files that could not be read: 1",
    ]
    assert spoken["files"][0]["error"]["message_en"].endswith("password: 甲.pdf")


def _unsaid() -> set[str]:
    """The modules that say something in Chinese alone."""
    return {
        path.relative_to(UI).as_posix()
        for path in UI.rglob("*.py")
        if any(_literals(ast.parse(path.read_text("utf-8"))))
    }


def _literals(tree: ast.Module) -> Iterator[str]:
    """Chinese strings that are neither documentation nor said by `_`."""
    known = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            known |= {id(one) for one in node.args} if node.func.id in MARKS else set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in known:
            said = str(node.value)
            yield from [said] if IDEOGRAPH.search(said) and said not in english() else []


MARKS = {"_", "message", "markup"}


def test_places_without_english_only_become_fewer() -> None:
    unsaid = _unsaid()
    rest = {path for path in unsaid if not path.startswith(NOT_YET)}
    assert not rest, "say it by `_` (ui/language), and put it into English"
    done = {place for place in NOT_YET if not any(path.startswith(place) for path in unsaid)}
    assert not done, "all of it is said by `_` now: take it off the list"
