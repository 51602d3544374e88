"""Where sentences end: not in addresses and names, nor between speech and speaker."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import article

from ingest.storing.passages import split_article
from rag.language.attribution import said_by
from rag.language.sentence_ends import sentence_ends, without_inner_ends
from rag.language.text import fold, fold_with_offsets, numbered_sentences, sentence_spans


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentence_spans(text)]


@pytest.mark.parametrize(
    "text",
    [
        "报名网址是https://bm.example.cn/enter?id=7&from=a!b，九月开放。",
        "来信请寄office@lib.example.cn或登录www.lib.example.cn/ask?x=1查询。",
        "系统升级到V3.2.1，见dl.example.com/?v=3.2.1。",
        "本机由Songxi Machinery Co., Ltd. 制造，保修两年。",
        "由Songxi Trading Co. Ltd. 和县供销社合办。",
        "合同编号为No. 35，存档科编号为No.AB12。",
        "见县志Vol. 2第八页。",
        "当年的门户有Yahoo!和本地论坛，Yahoo! Japan也在其中。",
        "网站用Zingo!搭建，一直用到今年。",
        "展出了《等一等！还没完？》等六幅作品。",
        "墙上刷着“安全第一！”的标语。",
        "他大喊“快上坡！”，转身去敲钟。",
        "“水退了！”看闸人老秦说。",
        "“闸门为什么不开？”她问。",
        "“今年收成不错。”合作社的老秦笑着说，“明年还种。”",
        "「路修好了！」里長說。",
    ],
)
def test_one_sentence(text: str) -> None:
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "parts",
    [
        ["网址是https://a.example.cn/b。", "电话不变。"],
        ["请登录a.example.cn！", "过期不候。"],
        ["We bought it from Song Co., Ltd.", "The price was low."],
        ["“水退了。”", "第二天，闸门重新打开。"],
        ["“水退了。”", "据介绍，闸门没有受损。"],
        ["“路通了！”", "说起变化，老秦打开了话匣子。"],
        ["他说：“先开闸。", "再放水。”", "众人点头。"],
        ["Hello!", "大家好。"],
        ["真的吗？", "是真的！", "好……", "走吧。"],
    ],
)
def test_several_sentences(parts: list[str]) -> None:
    assert [part.strip() for part in sentences(" ".join(parts))] == parts
    if not any(part.isascii() for part in parts):
        assert sentences("".join(parts)) == parts


def test_no_passage_ends_inside_an_address_or_before_the_speaker() -> None:
    address = "https://bm.example.cn/enter?id=7&from=a!b"
    texts = [f"{'水' * n}。报名网址是{address}，“快去吧！”老秦说。" for n in range(20, 60)]
    for text in texts:
        made = article(text)
        cut = [passage.text for passage in split_article(made, 70)]
        assert "".join(cut) == text
        assert any(address in piece for piece in cut)
        assert not any(piece.startswith("老秦说") for piece in cut)


@settings(deadline=None)
@given(st.text(st.sampled_from("甲说，。！？“”「」《》…aB1.@:/?! \n"), max_size=300))
def test_masking_keeps_length_lines_and_real_ends(text: str) -> None:
    masked = without_inner_ends(text)
    assert len(masked) == len(text)
    assert [n for n, c in enumerate(masked) if c == "\n"] == [
        n for n, c in enumerate(text) if c == "\n"
    ]
    for end in sentence_ends(text):
        assert masked[end - 1] == text[end - 1]


def test_long_runs_take_linear_time() -> None:
    for text in ("a" * 200_000, "a." * 100_000, "《" * 200_000, "No" * 100_000, "”" * 200_000):
        list(sentence_ends(text))


def test_speech_belongs_to_the_speaker_behind_it() -> None:
    made = article("“闸门要修。今年就修。”站长秦明说。老周认为，水价不变。")
    found = numbered_sentences(made.text, made.paragraph_starts)
    mine = [made.text[s.start : s.end] for s in found if said_by("秦明", made, s)]
    assert mine == ["“闸门要修。", "今年就修。”站长秦明说。"]


def test_powers_are_searched_as_powers() -> None:
    for text, folded in (("年发电3.5×10⁸度", "年发电3.5×10^8度"), ("占地3km²", "占地3km2")):
        made = fold_with_offsets(text)
        assert made.text == fold(text) == folded
        assert len(made.offsets) == len(folded)
