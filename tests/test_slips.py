"""Slips of the keyboard: words no article has, sought as the articles have them, and undone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_pipeline import FakePipeline, write_library
from fastapi.testclient import TestClient
from pages import BRIDGE, TEA, ask, asking

from rag.data_model.answers import Answer, Question, Slip, Stage
from rag.language.sounds import Likeness, alike, likeness, spelt, syllables
from rag.language.text import fold
from rag.pipeline import Pipeline
from rag.proof.replay import replay
from rag.proof.verification import verify
from rag.retrieval.lexical import LexicalIndex
from rag.settings import load_settings
from ui.chat.answer_view import answer_html, parts
from ui.chat.exporting import Conversation, exported
from ui.cli import run
from ui.references import completed_question
from ui.server import create_app

TOWN = """社区食堂开张
惠民社区食堂上午十点半开门，午餐定价十五元，每天接待老人三百名。

今年粮食产量增加了十二吨。村民的账户余额由银行核对，账户不得转借。

河边的货星仓库去年改成了展厅。未来三年，防治水患的投资每年不少于两亿元。
"""
ASKED = "青石弯大桥总投资多少元？"


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    with asking(tmp_path, bridge=BRIDGE, tea=TEA, town=TOWN) as made:
        yield made


def changed(answer: Answer) -> list[tuple[str, str]]:
    return [(slip.typed, slip.searched) for slip in answer.corrections]


@pytest.mark.parametrize(
    ("question", "typed", "searched"),
    [
        (ASKED, "青石弯", "青石湾"),  # jieba cuts it apart, here and in the article
        ("社区实堂几点开门？", "实堂", "食堂"),
        ("社区食趟几点开门？", "食趟", "食堂"),  # the same syllable in another tone
        ("帐户余额由谁核对？", "帐户", "账户"),  # a word in its older spelling
        ("今年粮食产量曾加了多少吨？", "曾加", "增加"),
        ("防冶水患每年投资多少？", "防冶", "防治"),  # alike to the eye only
        ("茶农黎大山的春茶卖多少？", "黎大山", "李大山"),
        ("qingshiwan大桥总投资多少元？", "qingshiwan", "青石湾"),
        ("青石彎大橋總投資多少元？", "青石彎", "青石湾"),  # shown as it was typed
    ],
)
def test_a_slip_is_searched_as_the_library_has_it(
    question: str, typed: str, searched: str, pipeline: Pipeline
) -> None:
    answer = ask(pipeline, question)
    assert changed(answer) == [(typed, searched)]
    assert searched in answer.searched_question
    assert fold(typed) not in answer.searched_question
    assert answer.question == question
    assert answer.text.startswith(f"按“{searched}”查找。\n")


def test_what_was_meant_answers(pipeline: Pipeline) -> None:
    plain = ask(pipeline, ASKED.replace("弯", "湾"))
    assert plain.corrections == ()
    assert ask(pipeline, ASKED).statements == plain.statements


@pytest.mark.parametrize(
    "question",
    [
        "青石湾大桥总投资多少元？",
        "火星探测器何时着陆？",  # absent, and 货星 is not meant
        "河边的火星仓库是谁的？",  # not even there
        "火星",
        "茶农收入多少？",
        "黎大山是谁？",  # somebody else, for all that is known
        "云顶乡有几层茶园？",  # 几层 is no word, and nobody's slip
        "此片茶园有多大？",
        "大桥长多少米？",
        "村民去哪里买到茶？",
        "How long is the bridge?",
        "Is change coming to the tea garden?",
        "大桥是women建的吗？",
        "？",
    ],
)
def test_a_right_word_stays(question: str, pipeline: Pipeline) -> None:
    answer = pipeline.ask(Question(question=question + "吗" if question == "？" else question))
    assert answer.corrections == ()
    assert answer.searched_question == " ".join(fold(answer.question).split())
    assert "查找。" not in answer.text


def test_no_question_about_what_the_articles_say_is_changed(pipeline: Pipeline) -> None:
    for text in (BRIDGE, TEA, TOWN):
        for sentence in filter(None, text.replace("，", "。").replace("\n", "。").split("。")):
            assert ask(pipeline, f"{sentence}吗？").corrections == (), sentence


def test_two_words_that_would_do_leave_a_slip_alone(tmp_path: Path) -> None:
    stone = "石材仓库\n南郊石材仓库有三层，石材都要登记。\n"
    food = "食材仓库\n南郊食材仓库有两层，食材都要登记。\n"
    with asking(tmp_path / "one", stone=stone) as pipeline:
        assert changed(ask(pipeline, "南郊拾材仓库有几层？")) == [("拾材", "石材")]
    with asking(tmp_path / "two", stone=stone, food=food) as pipeline:
        assert ask(pipeline, "南郊拾材仓库有几层？").corrections == ()


def test_a_known_character_is_a_slip_between_words_that_never_have_it(tmp_path: Path) -> None:
    bend = "山路\n山路有九道弯，弯道处装了镜子。开车的人走到弯处都要鸣笛。\n"
    with asking(tmp_path, bridge=BRIDGE, bend=bend) as pipeline:
        assert changed(ask(pipeline, ASKED)) == [("青石弯", "青石湾")]
        assert ask(pipeline, "山路有几道弯？").corrections == ()


def test_exact_undoes_it(pipeline: Pipeline) -> None:
    answer = pipeline.ask(Question(question=ASKED, exact=True))
    assert answer.exact
    assert answer.corrections == ()
    assert answer.searched_question == fold(ASKED)
    assert verify(answer, pipeline.library) == []


def test_a_follow_up_is_completed_and_mended(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "那全长多少米？", ASKED)
    assert changed(answer) == [("青石弯", "青石湾")]
    assert "2360米" in answer.text
    assert completed_question(answer) == answer.searched_question


def test_a_refusal_says_it_too(pipeline: Pipeline) -> None:
    answer = ask(pipeline, "青石弯大桥的火星探测器何时着陆？")
    assert not answer.answered
    assert answer.refusal is not None
    assert answer.text == f"按“青石湾”查找。\n{answer.refusal.message}"


def test_who_waits_reads_the_word_that_is_searched(pipeline: Pipeline) -> None:
    told: list[Stage] = []
    pipeline.ask(Question(question=ASKED), told.append)
    assert {stage.searched_question for stage in told} == {fold(ASKED).replace("弯", "湾")}


@pytest.mark.parametrize(
    "change",
    [
        {"corrections": ()},
        {"corrections": (Slip(typed="青石弯", searched="青石山"),)},
        {"searched_question": fold(ASKED)},
    ],
    ids=["silent", "other word", "not searched"],
)
def test_a_forged_correction_is_found(change: dict[str, object], pipeline: Pipeline) -> None:
    answer = ask(pipeline, ASKED)
    assert verify(answer.model_copy(update=change), pipeline.library)


def test_a_replay_asks_as_exactly(pipeline: Pipeline) -> None:
    for exact in (True, False):
        recorded = pipeline.ask(Question(question=ASKED, exact=exact))
        assert replay(recorded, pipeline, pipeline.library).same


def test_nothing_is_looked_up_where_all_words_are_known(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("rag.question.slips._nearest", never)
    monkeypatch.setattr("rag.language.sounds._sounds", never)
    assert ask(pipeline, "青石湾大桥总投资多少元？").answered


def test_words_together_are_in_one_passage() -> None:
    index = LexicalIndex.build([(1, "青石湾大桥"), (2, "山路有弯")])
    assert index.are_together("青石", "湾", "大桥")
    assert not index.are_together("青石", "弯")
    assert not index.are_together("火星")


@pytest.mark.parametrize(
    ("written", "meant", "how"),
    [
        ("湾", "湾", Likeness.SAME),
        ("弯", "湾", Likeness.SOUND),
        ("曾", "增", Likeness.SOUND),  # by its second reading
        ("末", "未", Likeness.SHAPE),
        ("趟", "堂", Likeness.SYLLABLE),
        ("住", "祖", Likeness.NEAR),
        ("兰", "男", Likeness.NEAR),
        ("宾", "兵", Likeness.NEAR),
        ("火", "山", Likeness.NONE),
        ("石", "单", Likeness.NONE),  # 石 as a measure counts for nothing
        ("a", "啊", Likeness.NONE),
    ],
)
def test_characters_are_alike_by_sound_and_shape(written: str, meant: str, how: Likeness) -> None:
    assert likeness(written, meant) is how
    assert likeness(meant, written) is how
    assert (meant in alike(written)) == (how not in {Likeness.SAME, Likeness.NONE})


def test_letters_are_read_as_syllables() -> None:
    assert ("qing", "shi", "wan") in set(syllables("qingshiwan", 7))
    assert set(syllables("xian", 7)) >= {("xian",), ("xi", "an")}
    assert not list(syllables("bridge", 7))
    assert not list(syllables("na" * 12, 7))
    assert {"女", "吕"} <= spelt("nv") | spelt("lv")


LIST = {"question_type": "list", "short_answer": None, "certainty": None}


class TestTheFaces:
    @pytest.fixture
    def data(self, tmp_path: Path) -> Path:
        write_library(tmp_path)
        return tmp_path

    def test_the_api_takes_exact_and_gives_corrections(self, data: Path) -> None:
        app = create_app(load_settings(data), FakePipeline, chat=False)
        with TestClient(app, base_url="http://127.0.0.1:7860") as client:
            body = {"question": "灯塔岛风电场有多少台风机？"}
            plain = client.post("/v1/ask", json=body).json()
            assert (plain["corrections"], plain["exact"]) == ([], False)
            assert client.post("/v1/ask", json={**body, "exact": True}).json()["exact"]
            assert client.post("/v1/ask", json={**body, "exact": "yes"}).status_code == 422
            messages = [{"role": "user", "content": body["question"]}]
            said = client.post("/v1/chat/completions", json={"messages": messages, "exact": True})
            assert said.json()["youju"]["exact"]

    def test_the_command_takes_exact(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("rag.assembly.open_pipeline", FakePipeline)
        asked = ["ask", "灯塔岛风电场有多少台风机？", "--data-dir", str(data), "--json"]
        assert run([*asked, "--exact"]) == 0
        assert json.loads(capsys.readouterr().out)["exact"]
        assert run(asked) == 0
        assert not json.loads(capsys.readouterr().out)["exact"]

    def test_the_command_says_what_was_corrected_and_how_to_undo_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with asking(tmp_path, bridge=BRIDGE) as pipeline:
            monkeypatch.setattr("rag.assembly.open_pipeline", lambda _: pipeline)
            assert run(["ask", ASKED, "--data-dir", str(tmp_path / "data")]) == 0
        out = capsys.readouterr().out
        assert out.startswith("按“青石湾”查找。\n")
        assert "仍要按“青石弯”查找，请加上 --exact。" in out

    def test_the_chat_offers_to_undo_it(self, pipeline: Pipeline) -> None:
        answer = ask(pipeline, ASKED)
        (first, *_) = parts(answer)
        assert first.place == "before"
        assert "按“青石湾”查找" in first.html
        assert "data-exact>仍按“青石弯”查找</button>" in first.html
        assert "补全" not in answer_html(answer)
        assert "按“青石湾”" not in "".join(p.html for p in parts(answer) if p.place == "card")
        assert "data-exact" not in answer_html(ask(pipeline, ASKED.replace("弯", "湾")))

    def test_the_chat_shows_what_was_completed_as_well(self, pipeline: Pipeline) -> None:
        completed, corrected, *_ = parts(ask(pipeline, "那全长多少米？", ASKED))
        assert "按上文补全为" in completed.html
        assert "data-exact" in corrected.html

    def test_the_chat_keeps_the_lead_of_an_answer(self, pipeline: Pipeline) -> None:
        answer = ask(pipeline, ASKED)
        led = answer.model_copy(update=LIST | {"statements": answer.statements * 2})
        assert '<p class="yj-lead">文章里列出的有：</p>' in answer_html(led)

    def test_what_was_typed_is_escaped(self, pipeline: Pipeline) -> None:
        slip = Slip(typed="<b>", searched="<i>")
        shown = answer_html(ask(pipeline, ASKED).model_copy(update={"corrections": (slip,)}))
        assert "<b>" not in shown
        assert "<i>" not in shown

    def test_an_exported_conversation_says_it(self, pipeline: Pipeline) -> None:
        conversation = Conversation(format="markdown", answers=(ask(pipeline, ASKED),))
        text = exported(conversation).content.decode()
        assert "按“青石湾”查找，原写“青石弯”" in text
        assert "补全" not in text
