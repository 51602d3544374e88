"""Where a quote is from is proven like the quote: another newspaper or speaker does not verify."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.opened import OpenLibrary
from rag.data_model.answers import Answer
from rag.models.embedding import HashingEmbedder
from rag.settings import AnswerSettings, Settings

PAGE = """江州日报 2024年5月20日 第3版

# 渡口恢复通航

本报记者 石小舟

石湾渡口5月18日恢复通航，每天开行十二班。

## 记者问答

记者：渡口为什么停航？

石望川：因为汛期水位太高，渡口停航四十天。
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLibrary]:
    folder: Path = tmp_path_factory.mktemp("library")
    (folder / "2024-05-20_江州日报_第3版.md").write_text(PAGE, encoding="utf-8")
    answer = AnswerSettings(scorer="features", threshold=0.0)
    settings = Settings(data_dir=folder / "data", answer=answer)
    with OpenLibrary(settings, HashingEmbedder()) as made:
        made.ingest(folder / "2024-05-20_江州日报_第3版.md")
        yield made


def forged(answer: Answer, **changes: Any) -> Answer:
    cited = tuple(one.model_copy(update=changes) for one in answer.citations)
    return answer.model_copy(update={"citations": cited})


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "渡口永久关闭"},
        {"newspaper": "人民日报"},
        {"date": "2023-05-20"},
        {"page": "1"},
        {"authors": ("别人",)},
        {"speaker": "王书记"},
        {"speaker": "石望川", "speaker_title": "市长"},
        {"section": "结论"},
        {"paragraph": 999},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_another_source_is_found(library: OpenLibrary, changes: dict[str, Any]) -> None:
    answer = library.ask("渡口每天开行几班？")
    assert answer.citations
    assert library.verify(answer) == []
    assert any("不符" in one.message for one in library.verify(forged(answer, **changes)))
