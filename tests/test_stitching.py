"""Broken pieces find each other; whole ones are left alone."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from short_news import BRIDGE, LIBRARY, RECIPE

from ingest.lines.lines import ends_sentence
from ingest.seams.fragments import Piece, allowed_links
from ingest.seams.pair_model import PairModel, assign, best_detours
from ingest.seams.seams import SeamStatistics, read_statistics, write_statistics
from ingest.seams.stitching import Stitching, stitch
from rag.models.embedding import HashingEmbedder


def pairs(texts: list[str], embedder: HashingEmbedder | None = None) -> set[tuple[int, int]]:
    links = stitch([Piece(text) for text in texts], embedder).links
    return {(link.source, link.target) for link in links if link.accepted}


def test_three_interleaved_articles_are_told_apart() -> None:
    texts = [
        BRIDGE[:55], LIBRARY[:40], RECIPE[:34],
        LIBRARY[40:], RECIPE[34:], BRIDGE[55:],
    ]  # fmt: skip
    assert pairs(texts) == {(0, 5), (1, 3), (2, 4)}
    assert pairs(texts, HashingEmbedder()) == {(0, 5), (1, 3), (2, 4)}


def test_a_broken_sentence_is_healed_and_an_end_is_not() -> None:
    broken = stitch([Piece(BRIDGE[:55]), Piece(BRIDGE[55:])]).links
    assert [(link.source, link.target, link.merges) for link in broken] == [(0, 1, True)]
    assert stitch([Piece(BRIDGE), Piece(LIBRARY)]).links == ()


def test_nothing_continues_below_a_heading_or_in_a_list() -> None:
    assert stitch([Piece(BRIDGE[:55]), Piece(BRIDGE[55:], starts=True)]).links == ()
    assert stitch([Piece(BRIDGE[:55]), Piece(f"（二）{BRIDGE[55:]}")]).links == ()
    shopping = [Piece(item, gap=False) for item in ("苹果 三斤", "牛奶 两盒", "鸡蛋 一打")]
    assert stitch(shopping).links == ()


def test_jump_notes_find_each_other() -> None:
    pieces = [
        Piece(BRIDGE[:55], jumps_out=True),
        Piece(LIBRARY, starts=True, article=1),
        Piece(BRIDGE[55:], article=1, jumps_in=True),
    ]
    assert [(link.source, link.target) for link in stitch(pieces).links] == [(0, 2)]
    alone = [Piece(BRIDGE[:55], jumps_out=True), Piece(LIBRARY[40:], article=1)]
    assert stitch(alone).links == ()


def test_many_pieces_end_in_reasonable_time_and_each_is_used_once() -> None:
    rng = random.Random(3)
    marks = ("", "。", "。")
    pieces = [
        Piece("".join(rng.choices(BRIDGE + LIBRARY, k=30)) + rng.choice(marks)) for _ in range(300)
    ]
    links = stitch(pieces).links
    assert links
    assert len({link.source for link in links}) == len(links)
    assert len({link.target for link in links}) == len(links)
    assert all(link.source < link.target for link in links)
    assert all(0.0 <= link.confidence <= 1.0 for link in links)


def test_a_list_is_left_as_it_is() -> None:
    rng = random.Random(4)
    pieces = [Piece("".join(rng.choices(BRIDGE, k=20)).rstrip("。，")) for _ in range(2000)]
    assert stitch(pieces) == Stitching()


def test_assignment_is_joint_not_greedy() -> None:
    # Greedy takes 5 first and is left with 0: 5 in all. Together 4 + 4 = 8.
    scores = np.array([[0.0, 0.0, 5.0, 4.0], [0.0, 0.0, 4.0, -9.0], [0.0] * 4, [0.0] * 4])
    allowed = np.zeros((4, 4), dtype=bool)
    allowed[:2, 2:] = True
    chosen = {(choice.source, choice.target) for choice in assign(scores, allowed)}
    assert chosen == {(0, 3), (1, 2)}


def test_a_bad_link_is_worse_than_none() -> None:
    allowed = np.array([[False, True], [False, False]])
    assert assign(np.array([[0.0, -1.0], [0.0, 0.0]]), allowed) == []


def test_scores_by_hand() -> None:
    model = PairModel(("x",), ((2.0,),), (0.0,), (3.0,), (0.5,), 1.0)
    # 3·tanh(2·1) + 0.5·1 + 1
    assert model.scores(np.array([1.0])) == pytest.approx(3 * np.tanh(2.0) + 1.5)


def test_a_detour_is_seen_from_the_piece_that_is_left_out() -> None:
    # Piece 1 goes on from 0 with odds e² : 1 and goes on in 2 with odds 1 : 1; there is no other.
    scores = np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 0.0], [0.0] * 3])
    allowed = np.triu(np.ones((3, 3), dtype=bool), 1)
    found = best_detours(scores, allowed)
    assert found[0, 2] == pytest.approx(np.log(2.0))
    assert np.count_nonzero(found) == 1
    model = PairModel(("a",), ((0.0,),), (0.0,), (0.0,), (0.0,), 0.0, ((0.5, -1.0, 0.1),) * 2)
    weighed = model.against_detours(scores, allowed, np.array([True, False, True]))
    assert weighed[0, 2] == pytest.approx(1.5 - np.log(2.0) + 0.1)


def test_what_starts_with_a_comma_goes_on_from_a_broken_sentence() -> None:
    texts = [f"{BRIDGE[:55]}", LIBRARY, f"，{BRIDGE[56:]}"]
    assert (0, 2) in pairs(texts)
    assert (1, 2) not in pairs(texts)


def test_a_closing_mark_may_follow_a_sentence() -> None:
    left = f"老支书说：“{BRIDGE}"
    right = "”他说完这句话，转身往桥头走去，身后是一片掌声。"
    assert allowed_links([Piece(left), Piece(right)], stirred=True)[0, 1]


def test_a_range_of_numbers_is_no_list_item() -> None:
    before, after = (
        "这座桥要在今年5月到9月封闭检修，桥上的限速也会降到每小时20",
        "-30公里，请绕行。",
    )
    assert pairs([before, after]) == {(0, 1)}


@pytest.mark.parametrize(
    "text",
    [
        "大桥合龙了。（完）",
        "大桥合龙了。（记者 石小满）（来源：柳镇报）",
        "“路好走了。”校对 木青禾",
        "他说。【编辑:石小满】更多内容请进入本地频道",
        "大桥合龙了。来源：柳镇新闻 记者 石小满",
    ],
)
def test_a_credit_after_the_last_sentence_ends_it(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize(
    "text",
    [
        "大桥合龙了。记者在现场看到",
        "合龙了。本报记者 石小满在桥上",
        "大桥合龙了。资金来源：财政拨款占一半",
        "大桥合龙了。记者：您怎么看待这座新桥对乡亲们出行的",
        "来源广泛的资金",
    ],
)
def test_a_sentence_about_a_reporter_is_not_over(text: str) -> None:
    assert not ends_sentence(text)


def test_statistics_survive_being_stored(tmp_path: Path) -> None:
    keys = tuple(np.array(part, dtype=np.int64) for part in ([1, 2], [8193, 8194], [], []))
    counts = tuple(np.ones(len(part)) for part in keys)
    stored = SeamStatistics("桥老", keys, counts, 10.0)
    write_statistics(tmp_path / "seams.bin", stored)
    found = read_statistics(tmp_path / "seams.bin")
    assert (found.alphabet, found.total) == ("桥老", 10.0)
    assert [part.tolist() for part in found.keys] == [part.tolist() for part in keys]
    # P1 = (1 + 4/3)/(10 + 4); P2 = (1 + 4·P1)/(1 + 4)
    first = (1 + 4 / 3) / 14
    expected = np.log((1 + 4 * first) / 5)
    assert found.log_probability(np.array([[1, 1]])) == pytest.approx(expected)
