"""The risk–coverage curve: counted by hand, and what holds for any questions."""

from __future__ import annotations

import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.risk_coverage import Tried, balanced, curve, figure, point, table, within_risk
from rag.errors import QuestionsOneSided
from rag.settings import load_settings, set_threshold

QUESTIONS = [
    Tried(0.9, right=True, answerable=True),
    Tried(0.7, right=False, answerable=True),
    Tried(0.6, right=False, answerable=False),
    Tried(0.2, right=False, answerable=False),
]
SHARES = st.floats(0.0, 1.0)
ANY = st.lists(st.builds(Tried, SHARES, st.booleans(), st.booleans()), max_size=12)


def test_a_point_by_hand() -> None:
    one = point(QUESTIONS, 0.5)
    assert (one.answered, one.refused) == (2 / 2, 1 / 2)
    assert (one.coverage, one.risk) == (3 / 4, 2 / 3)
    assert one.balanced_accuracy == 3 / 4


def test_the_threshold_stands_between_the_two_kinds() -> None:
    points = curve(QUESTIONS)
    assert balanced(points).threshold == pytest.approx(0.65)
    assert balanced(points).balanced_accuracy == 1.0
    assert within_risk(points, 0.0).threshold == pytest.approx(0.8)
    assert within_risk(points, 1.0).coverage == 1.0


@given(ANY.filter(lambda questions: len({one.answerable for one in questions}) == 2))
def test_a_higher_threshold_answers_no_more(questions: list[Tried]) -> None:
    points = curve(questions)
    coverages = [one.coverage for one in points]
    assert coverages == sorted(coverages, reverse=True)
    assert points[0].coverage == 1.0
    assert balanced(points).balanced_accuracy >= 0.5
    assert table(points).count("\n") <= 16
    assert ET.fromstring(figure(points, balanced(points))).tag.endswith("svg")


@pytest.mark.parametrize("questions", [[], QUESTIONS[:2], QUESTIONS[2:]])
def test_one_kind_of_question_is_not_enough(questions: list[Tried]) -> None:
    with pytest.raises(QuestionsOneSided):
        curve(questions)


@pytest.mark.parametrize(
    "before",
    [
        "",
        "[server]\nport = 7000\n",
        "[answer]\nnearest = 2\n",
        "[server]\nport = 7000\n\n[answer]\nnearest = 2\nthreshold = 0.5 # ours\n",
        "[answer] # ours\nthreshold=0.5\n[server]\nport = 7000\n",
        "[answer]\nnearest = 2\n[server]\nport = 7000\n",
        "answer.threshold = 0.5\nserver.port = 7000\n",
    ],
)
def test_a_threshold_is_written_beside_other_settings(tmp_path: Path, before: str) -> None:
    path = tmp_path / "youju.toml"
    path.write_text(before, encoding="utf-8")
    set_threshold(path, 0.37)
    settings = load_settings(tmp_path)
    assert settings.answer.threshold == 0.37
    wanted = tomllib.loads(before)
    wanted.setdefault("answer", {})["threshold"] = 0.37
    written = path.read_text(encoding="utf-8")
    assert tomllib.loads(written) == wanted
    assert written.count("# ours") == before.count("# ours")


def test_a_threshold_is_written_for_those_who_may_read_the_settings(tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles.toml"
    elsewhere.write_text("[server]\ntoken = 'x'\n", encoding="utf-8")
    elsewhere.chmod(0o600)
    (tmp_path / "youju.toml").symlink_to(elsewhere)
    set_threshold(tmp_path / "youju.toml", 0.37)
    assert (tmp_path / "youju.toml").is_symlink()
    assert elsewhere.stat().st_mode & 0o777 == 0o600
    assert load_settings(tmp_path).answer.threshold == 0.37
