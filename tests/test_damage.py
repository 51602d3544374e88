"""A damaged library is healed or refused: never a wrong answer, never all well said of it.

YOUJU_DAMAGE_ROUNDS=200 pytest tests/test_damage.py      (`make durability` does)
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from damaging import Shelf, damage
from pages import BRIDGE, TEA, ingest_into, pipeline_over, write

from rag.data_model.answers import Question
from rag.errors import YoujuError
from rag.library.schema import DATABASE
from rag.models.embedding import HashingEmbedder
from rag.proof.doctor import Check, examine
from rag.settings import AnswerSettings, Settings

ROUNDS = int(os.environ.get("YOUJU_DAMAGE_ROUNDS", "15"))
SEED = int(os.environ.get("YOUJU_DAMAGE_SEED", "1"))
QUESTIONS = (
    "青石湾大桥总投资多少亿元？",
    "大桥由谁设计？",
    "茶园面积有多少亩？",
    "春茶每斤能卖多少钱？",
    "3号仓库第2次盘点库存多少箱？",
    "库里有哪些文章？",
)
Said = list[object]
_SAVES_WORK = {"stamps", "signatures", "bands"}
"""Tables without which the same is answered: what inputs look like, what is alike."""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf")
    made = write(folder / "in", bridge=BRIDGE, **{f"w{n}": _counted(n, 1) for n in range(8)})
    ingest_into(folder / "earlier", made)
    shutil.copytree(folder / "earlier", folder / "now")
    write(made, tea=TEA, **{f"w{n}": _counted(n, 2) for n in range(4)})
    ingest_into(folder / "now", made)
    ingest_into(folder / "other", write(folder / "else", bridge=BRIDGE.replace("21", "99")))
    return Shelf(folder / "now", folder / "earlier", folder / "other")


def _counted(number: int, version: int) -> str:
    return (
        f"{number}号仓库第{version}次盘点\n报纸：仓储报\n日期：2024-05-0{number + 1}\n\n"
        f"本报讯 {number}号仓库昨天第{version}次盘点，库存{number * 37 + version * 1009}箱。\n"
        f"管仓库的人说，第{number}排货架要加固。\n"
    )


def _asked(data_dir: Path) -> Said:
    """What is said to the questions, as far as it is the same at any hour."""
    pipeline = pipeline_over(data_dir)
    try:
        said: Said = []
        for question in QUESTIONS:
            answer = pipeline.ask(Question(question=question))
            said.append((answer.text, answer.answered, answer.citations, answer.refusal))
        return said
    finally:
        pipeline.close()


def _examined(data_dir: Path, *, rebuild: bool = False) -> list[Check]:
    answer = AnswerSettings(scorer="features")
    settings = Settings(data_dir=data_dir, answer=answer)
    return examine(settings, rebuild=rebuild, embedder=HashingEmbedder())


def _content(data_dir: Path) -> object:
    """Every row that answers hang on; None where SQLite cannot read them all."""
    uri = f"{(data_dir / DATABASE).absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            names = [name for (name,) in found if name not in _SAVES_WORK]
            return {name: _rows(connection, name) for name in names}
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def _rows(connection: sqlite3.Connection, table: str) -> list[str]:
    return sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))


def _wrong(checks: Sequence[Check]) -> list[Check]:
    return [check for check in checks if not check.ok]


def _try(data_dir: Path, truths: Sequence[tuple[object, Said]]) -> str:
    """What came of a damage.

    Args:
        data_dir: a damaged one.
        truths: what a library held and said: this one, it as it was, the other one.

    Returns:
        `harmless`: nothing that was stored is damaged; `healed`: it answers as it should, and the
        doctor finds something; or the code of the error that it is refused with.
    """
    content = _content(data_dir)
    before = _wrong(_examined(data_dir))
    held = [said for one, said in truths if one == content]
    assert before or held, "all is well, says the doctor, of what is not what was stored"
    try:
        said = _asked(data_dir)
    except YoujuError as error:
        wanting = [] if before and error.message_zh and error.hint_zh else [error]
        assert wanting == [], "refused without a reason, or the doctor finds nothing"
        return error.code
    assert said in [one for _, one in truths], "a wrong answer"
    if held:
        assert said == held[0], "not the answers of this library"
        left = _wrong(_examined(data_dir, rebuild=True))
        assert {check.name for check in left} <= {"文章库"}, "not mended, and it could have been"
        assert _asked(data_dir) == held[0]
    return "healed" if before else "harmless"


def _came_of(seed: int, folder: Path, shelf: Shelf, truths: Sequence[tuple[object, Said]]) -> str:
    """What came of a seed's damage; raises what should not have come of it."""
    data_dir = folder / str(seed)
    shutil.copytree(shelf.now, data_dir)
    how = damage(data_dir, shelf, seed)
    try:
        return _try(data_dir, truths)
    except Exception as error:
        error.add_note(f"seed {seed}: {how}")
        raise
    finally:
        shutil.rmtree(data_dir)


def test_a_damaged_library_is_healed_or_refused(shelf: Shelf, tmp_path: Path) -> None:
    truths = [(_content(one), _asked(one)) for one in (shelf.now, shelf.earlier, shelf.other)]
    seeds = range(SEED, SEED + ROUNDS)
    came = Counter(_came_of(seed, tmp_path, shelf, truths) for seed in seeds)
    assert came["index_corrupt"] > ROUNDS / 20, "hardly any damage was met"
    assert came["healed"] > ROUNDS / 5
    sys.stdout.write(f"{ROUNDS} damages: {dict(came)}, 0 wrong answers, 0 silent\n")
