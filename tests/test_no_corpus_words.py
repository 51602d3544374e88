"""No rule or list names a person, place or paper of the project's own pages."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import rjieba

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "corpus", ROOT / "tests/data/county_pages", ROOT / "tests/data/other_pages"]
NAMES = {"nr", "nrt", "ns", "nt", "nz"}
GENERAL = {
    *("养老", "大桥", "统计局", "高三", "小学生", "印发", "大坝", "城市", "力争"),
    *("滑坡", "嘉宾", "无人驾驶", "高峰", "北极", "人民法院", "马拉松", "肯尼亚", "上市"),
    "英文",
}
"""Common words that the dictionary calls names."""
_HAN = re.compile("[\u4e00-\u9fff]{2,}")


def names_of_pages() -> set[str]:
    texts = (
        path.read_text(encoding="utf-8")
        for folder in PAGES
        for path in folder.iterdir()
        if path.suffix in {".txt", ".md"} and path.name != "README.md"
    )
    words = {word for text in texts for word, tag in rjieba.tag(text) if tag in NAMES}
    gold = json.loads((ROOT / "corpus" / "gold_articles.json").read_text(encoding="utf-8"))
    for article in gold:
        words |= {article["newspaper"] or "", *article["authors"]}
    return {word for word in words if _HAN.fullmatch(word)} - GENERAL


def strings_of(path: Path) -> Iterator[str]:
    """The strings of a module, those that document it apart; a data file's lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield re.sub("#.*", "", text)
        return
    tree = ast.parse(text)
    said = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def test_rules_and_lists_name_nothing_of_the_pages() -> None:
    names = names_of_pages()
    assert len(names) > 100
    files = [
        path
        for package in ("rag", "ingest")
        for path in sorted((ROOT / package).rglob("*"))
        if path.suffix in {".py", ".toml"} or path.name == "surnames.txt"
    ]
    listed = {run for path in files for text in strings_of(path) for run in _HAN.findall(text)}
    assert len(listed) > 1000
    assert names & listed == set()
    long = {name for name in names if len(name) > 2}
    assert {(name, run) for run in listed for name in long if name in run} == set()
