"""Settings that name models of the user's choice, and what they open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.question_sets import EvalQuestion
from rag.assembly import open_pipeline
from rag.models.embedding import HashingEmbedder
from rag.models.named_reader import NamedReader
from rag.pipeline import Pipeline
from rag.settings import Settings
from rag.settings.model_sections import ReaderSettings

ASKED = "青石湾大桥总投资多少亿元？"
TEA_AREA = "全乡茶园面积有三千亩，带动八百户农民增收。"
QUESTIONS = [
    EvalQuestion("1", ASKED, answerable=True, answers=(("21亿元",),)),
    EvalQuestion("2", "大桥全长多少米？", answerable=True, answers=(("2360米",),)),
    EvalQuestion("3", "茶园面积有多少亩？", answerable=True, evidence=(TEA_AREA,)),
    EvalQuestion("4", "春茶每斤能卖多少元？", answerable=True, answers=(("三百元",),)),
    EvalQuestion("5", "青石湾大桥的总工程师是谁？", answerable=False),
    EvalQuestion("6", "茶园里有几台采茶机？", answerable=False),
    EvalQuestion("7", "大桥有几条车道？", answerable=False),
    EvalQuestion("8", "不知道能不能答？"),
]  # fmt: skip


def reader_of(folder: Path, **settings: Any) -> NamedReader:
    return NamedReader(ReaderSettings(model=str(folder), **settings))


def settings_of(data_dir: Path, **models: Path) -> Settings:
    """Settings with these models; nothing is refused: random weights are sure of nothing."""
    chosen = {part: {"model": str(folder)} for part, folder in models.items()}
    given: dict[str, Any] = {"data_dir": data_dir, "answer": {"threshold": 0.0}, **chosen}
    return Settings.model_validate(given)


def opened(settings: Settings) -> Pipeline:
    return open_pipeline(settings, HashingEmbedder())
