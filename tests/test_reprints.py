"""Reprints: found by likeness, shown once, counted in the citation, proven by `verify`."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import ingest_into, pipeline_over, write

from rag.data_model.answers import Filters, Question
from rag.library.library import Library
from rag.library.reprints import ALIKE, Signature, holds, squeezed
from rag.proof.verification import verify

WIRE = """全省首条跨江隧道开始掘进
本报讯（记者 林知秋） 全省首条跨江隧道昨天开始掘进。隧道全长七千二百米，水下部分占一半。

工程总投资46亿元，由省铁路建设集团承建，预计三年后通车。届时两岸的车程将从一小时缩短到十分钟。

负责人说，江底有三百米长的破碎带，是全线最难的一段，盾构机将在那里放慢速度。
"""
REPRINT = WIRE.replace("本报讯（记者 林知秋）", "新华社电").replace(
    "全省首条跨江隧道开始掘进\n", "两岸百姓盼来过江隧道\n", 1
)
LONGER = REPRINT.replace("盼来", "等来") + "\n本市还将新建两条公交线路与隧道相接，站台已经选定。\n"
OTHER = """渔港装上新路灯
渔港的码头上周装上了六十盏新路灯。灯是太阳能的，阴雨天也能亮五个晚上。

渔民说，夜里卸货再也不用打手电了。码头管理站请了两个人专门照看这些灯。
"""


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = write(tmp_path / "in", wire=WIRE, reprint=REPRINT, longer=LONGER, other=OTHER)
    report = ingest_into(tmp_path / "data", folder)
    assert report.reprints == 2
    return tmp_path / "data"


def groups(data_dir: Path) -> list[set[str]]:
    with Library.open(data_dir) as library:
        found: dict[int, set[str]] = {}
        for stored in library.articles():
            found.setdefault(stored.group, set()).add(stored.file)
        return sorted(found.values(), key=len)


def test_reprints_form_one_group(data_dir: Path) -> None:
    assert groups(data_dir) == [{"other.txt"}, {"wire.txt", "reprint.txt", "longer.txt"}]


def test_an_answer_cites_one_and_counts_the_others(data_dir: Path) -> None:
    pipeline = pipeline_over(data_dir)
    answer = pipeline.ask(Question(question="跨江隧道工程总投资多少亿元？"))
    assert answer.answered
    (citation,) = answer.citations
    assert len(citation.reprints) == 2
    assert citation.article_id not in citation.reprints
    assert "（另有2篇转载）" in answer.text
    assert verify(answer, pipeline.library) == []
    pipeline.close()


def test_verify_finds_a_reprint_that_is_none(data_dir: Path) -> None:
    pipeline = pipeline_over(data_dir)
    answer = pipeline.ask(Question(question="跨江隧道工程总投资多少亿元？"))
    other = next(s for s in pipeline.library.articles() if s.file == "other.txt")
    for made_up in (other.article.article_id, "nothing"):
        reprints = (*answer.citations[0].reprints[:1], made_up)
        citation = answer.citations[0].model_copy(update={"reprints": reprints})
        findings = verify(answer.model_copy(update={"citations": (citation,)}), pipeline.library)
        assert [finding.citation for finding in findings] == [1]
    pipeline.close()


def test_reprints_do_not_fill_the_candidates(data_dir: Path) -> None:
    pipeline = pipeline_over(data_dir)
    hits = pipeline.search("隧道全长多少米", 10)
    files = [hit.stored.file for hit in hits]
    assert len({"wire.txt", "reprint.txt"} & set(files)) <= 1
    assert len(files) == len(set(files)) <= 3
    assert any("路灯" in hit.passage.text for hit in hits)
    pipeline.close()


def test_what_only_one_reprint_says_is_found_and_not_called_reprinted(data_dir: Path) -> None:
    pipeline = pipeline_over(data_dir)
    answer = pipeline.ask(Question(question="本市将新建几条公交线路与隧道相接？"))
    assert "两条公交线路" in answer.citations[0].quote
    assert answer.citations[0].reprints == ()
    pipeline.close()


def test_filters_reach_a_reprint_that_another_stands_for(data_dir: Path) -> None:
    pipeline = pipeline_over(data_dir)
    for stored in pipeline.library.articles():
        filters = Filters(articles=(stored.article.article_id,))
        hits = pipeline.search("隧道全长多少米", 3, filters)
        assert {hit.article_id for hit in hits} == {stored.article.article_id}
    pipeline.close()


def test_a_superseded_reprint_counts_no_longer(data_dir: Path, tmp_path: Path) -> None:
    write(tmp_path / "in", longer=OTHER.replace("路灯", "路牌"), reprint="旧闻\n这一版不再刊登。\n")
    ingest_into(data_dir, tmp_path / "in")
    pipeline = pipeline_over(data_dir)
    answer = pipeline.ask(Question(question="跨江隧道工程总投资多少亿元？"))
    assert answer.citations[0].reprints == ()
    assert "转载" not in answer.text
    pipeline.close()


@pytest.mark.parametrize(("share", "alike"), [(1.0, True), (0.9, True), (0.4, False)])
def test_likeness_follows_the_text_in_common(share: float, alike: bool) -> None:
    text = "".join(chr(0x4E00 + (n * n * 7 + n * 13) % 3000) for n in range(1000))
    kept = int(len(text) * share)
    other = text[:kept] + "".join(chr(0x6000 + (n * 11) % 2500) for n in range(1000 - kept))
    first, second = Signature.of(text), Signature.of(other)
    assert first is not None
    assert second is not None
    assert (first.likeness(second) >= ALIKE) is alike
    assert bool(set(first.bands) & set(second.bands)) or not alike
    assert Signature.from_bytes(first.to_bytes()).likeness(first) == 1.0


def test_short_notices_are_never_compared() -> None:
    assert Signature.of("图书馆周一闭馆，敬请读者留意。") is None


def test_marks_and_a_dateline_do_not_part_reprints(data_dir: Path) -> None:
    with Library.open(data_dir) as library:
        wire = next(s.article for s in library.articles() if s.file == "wire.txt")
    first = "新华社电 全省首条跨江隧道昨天开始掘进。"
    assert holds(wire, first, paragraph=1)
    assert not holds(wire, first, paragraph=2)
    assert holds(wire, "工程总投资46亿元,由省铁路建设集团承建", paragraph=2)
    assert not holds(wire, "工程总投资47亿元，由省铁路建设集团承建", paragraph=2)
    assert squeezed("Ａ，b\n（三）") == "ab三"
