"""A conversation of 25 turns in a real browser, with the model that is shipped and our pages."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import MARKS, Chat, Server

from rag.assembly import open_pipeline
from rag.settings import load_settings

pytestmark = [*MARKS, pytest.mark.model, pytest.mark.timeout(1200)]

CORPUS = Path(__file__).parent.parent / "corpus"
OWN, LIST, ANSWER, REFUSAL = ".yj-own-words", ".yj-listed", ".yj-statement", ".yj-refusal"
TURNS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("你好", OWN, ("可以这样问",)),
    ("你能做什么？", OWN, ("摘出一篇文章的要点", "可以这样问")),
    ("5月20日有哪些新闻？", LIST, ("共有10篇文章", "青石湾大桥主桥合龙", "只问这一篇")),
    ("库里有哪些文章？", LIST, ("共有14篇文章", "2024年5月13日（3篇）", "别让乡村书屋“睡大觉”")),
    ("有没有关于低空经济的文章？", LIST, ("共有2篇文章", "江州市低空经济发展评估报告")),
    ("《青石湾大桥主桥合龙》主要讲了什么？", ANSWER, ("合龙", "2.36公里", "年底建成通车")),
    ("青石湾大桥总投资多少，什么时候开工？", ANSWER, ("21.4亿元", "2021年3月", "1.", "2.")),
    ("它全长多少？", ANSWER, ("青石湾大桥", "2.36公里")),
    ("主跨呢？", ANSWER, ("主跨560米",)),
    ("为什么不能断航？", ANSWER, ("主跨下方是主航道", "两百多艘船舶")),
    ("什么是低空经济？", ANSWER, ("低空飞行活动为牵引",)),
    ("它优先发展哪些场景？", ANSWER, ("低空物流、应急救援、农林植保、低空文旅",)),
    ("还有吗？", REFUSAL, ("除了前面引过的", "可以接着问")),
    ("周砚秋对低空经济怎么看？", ANSWER, ("周砚秋", "江州大学经济学院教授")),
    ("沈鹤鸣呢？", ANSWER, ("沈鹤鸣",)),
    ("望川县今年产了多少春茶？", ANSWER, ("9400吨",)),
    ("那里的茶农石长林今年卖了多少钱？", ANSWER, ("7.4万元",)),
    ("鲜叶收购价每公斤比去年高多少？", ANSWER, ("比去年高出21元",)),
    ("2021年到2023年分别改造老旧小区多少个？", ANSWER, ("298个、326个和412个",)),
    ("今年计划再改造多少个老旧小区？", ANSWER, ("380个",)),
    (
        "一季度城镇居民和农村居民的人均可支配收入，哪个增长快？",
        ANSWER,
        ("增长4.7%", "增长6.5%"),
    ),
    ("江州市的市长今年多少岁？", REFUSAL, ("没有找到依据", "市长", "最接近的段落", "可以接着问")),
    ("写一首诗", REFUSAL, ("写作、画图和翻译不是这里能做的",)),
    (
        "《江州市居家社区养老服务条例》什么时候施行，谁作了解读？",
        ANSWER,
        ("7月1日起", "蒋伯庸"),
    ),
    ("谢谢", OWN, ("不客气",)),
)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    from ingest.indexing import ingest
    from rag.library.library import Library
    from rag.models.opening import open_embedder

    settings = load_settings(tmp_path_factory.mktemp("conversation") / "data")
    pages = [one for one in sorted(CORPUS.iterdir()) if one.suffix in {".txt", ".md"}]
    with Library.open(settings.data_dir, write=True) as library:
        ingest(pages, library, open_embedder(settings.embedding), settings)
    with Server(settings, open_pipeline) as server:
        while "gradio_config" not in httpx.get(server.url, timeout=300).text:
            time.sleep(0.1)
        yield server.url


def held(turn: Any, kind: str, words: tuple[str, ...]) -> list[str]:
    """What the turn lacks."""
    said = turn.inner_text()
    lacking = [word for word in words if word not in said]
    if not turn.locator(kind).count():
        lacking.append(kind)
    if kind in {ANSWER, LIST} and not turn.locator(".yj-chip").count():
        lacking.append("出处")
    return lacking


@pytest.mark.parametrize("width", [1280, 390])
def test_twenty_five_turns(browser: Any, url: str, width: int) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    size = {"width": width, "height": 844 if width < 500 else 800}
    chat = Chat(browser, url, viewport=size, permissions=allowed)
    lacking = {}
    for question, kind, words in TURNS:
        turn = chat.ask(question)
        turn.locator(".yj-actions").wait_for()
        lacking[question] = held(turn, kind, words)
        wide = chat.page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            lacking[question].append(f"{wide} > {width}")
        asked = turn.locator(".yj-question").bounding_box()
        if not 0 <= asked["y"] < size["height"] / 2:  # a new turn begins at the top
            lacking[question].append(f"y = {asked['y']}")
    assert {question: found for question, found in lacking.items() if found} == {}
    leads_on(chat)
    leaves_whole(chat)
    chat.close()


def leads_on(chat: Chat) -> None:
    """What a refusal offers is answered, and an article of a list can be asked alone."""
    turns = chat.page.locator(".yj-turn")
    before = turns.count()
    turns.nth(12).locator("[data-ask]").first.click()
    turns.nth(before).locator(".yj-actions").wait_for()
    assert turns.nth(before).locator(ANSWER).count()
    chip = turns.nth(7).locator(".yj-statement .yj-chip").first
    chip.click()
    chat.page.wait_for_selector("mark")
    assert "2.36公里" in "".join(chat.page.locator("mark").all_inner_texts())
    chat.page.click(".yj-close")
    turns.nth(4).locator(".yj-only").first.click()
    assert "江州市低空经济发展评估报告" in chat.page.inner_text(".yj-filter")


def leaves_whole(chat: Chat) -> None:
    """Copied and exported, every turn still has its question, quote and source."""
    chat.page.locator(".yj-turn").nth(6).locator("[data-copy]").click()
    chat.page.locator(".yj-toast", has_text="已复制").wait_for()
    copied = chat.page.evaluate("navigator.clipboard.readText()")
    for part in ("21.4亿元", "2021年3月", "青石湾大桥主桥合龙[N]", "江州日报, 2024-05-20"):
        assert part in copied
    files = {}
    for kind in ("markdown", "json"):
        chat.page.click(".yj-menu summary")
        with chat.page.expect_download() as download:
            chat.page.click(f"[data-export={kind}]")
        files[kind] = Path(download.value.path()).read_text(encoding="utf-8")
    assert len(json.loads(files["json"])) == len(TURNS) + 1
    markdown = files["markdown"].replace("\\", "")
    for question, kind, words in TURNS:
        assert question in markdown
        if kind == ANSWER:
            assert [word for word in words if word not in markdown] == []
