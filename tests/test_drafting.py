"""Drafts of questions: asked back from sentences, with evidence; what is crooked is left out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from fakes_eval import answer
from pages import BRIDGE, TEA, article, ingest_into, write

from eval.drafting import proposing
from eval.drafting.proposing import from_feedback, propose
from eval.drafting.templates import drafts
from eval.feedback import Feedback
from eval.measures.containment import holds_answer
from eval.question_sets import load_questions
from rag.data_model.documents import Article, Paragraph
from ui.cli import run


@pytest.mark.parametrize(
    ("sentence", "question", "gold"),
    [
        (
            "潮汐电站是指利用涨落潮的水位差发电的电站，建在海湾里。",
            "潮汐电站是什么？",
            "利用涨落潮的水位差发电的电站",
        ),
        ("青石湾大桥全长2360米，采用单塔。", "青石湾大桥全长多少米？", "2360米"),
        ("灯塔岛现有120户，都养蚝。", "灯塔岛现有多少户？", "120户"),
        ("灯塔岛航线将于6月18日正式开通。", "灯塔岛航线什么时候正式开通？", "6月18日"),
        ("云顶村茶园管理处主任赵田说，苗已经发完。", "云顶村茶园管理处主任是谁？", "赵田"),
        (
            "海心县农业局副站长赵田田介绍，苗已经发完。",
            "赵田田担任什么职务？",
            "海心县农业局副站长",
        ),
        (
            "据云顶村党支部副书记赵守田介绍，苗已经发完。",
            "赵守田担任什么职务？",
            "云顶村党支部副书记",
        ),
        ("8日，云顶村第三届采茶节在杭州开幕。", "云顶村第三届采茶节在哪里开幕？", "杭州"),
        ("海心绿茶是一种长在高山云雾里的绿茶。", "海心绿茶是什么？", "一种长在高山云雾里的绿茶"),
    ],
)
def test_a_sentence_is_asked_back(sentence: str, question: str, gold: str) -> None:
    (draft,) = drafts(article("开头的话。" + sentence + "别的话。"))
    assert (draft.question, draft.answers, draft.evidence) == (question, ((gold,),), (sentence,))


@pytest.mark.parametrize(
    "sentence",
    [
        "这座大桥全长2360米。",
        "其中总投资21亿元。",
        "全长2360米。",
        "它是指利用涨落潮发电的一种电站。",
        "去年将于6月18日开通。",
        "村民说，苗已经发完。",
        "大桥全长2360米是多少里？",
        "大桥全长300多公里外的港口。",
        "县农业局局长赵守田介绍，苗已经发完。",
        "云顶村合作社前书记赵守田介绍，苗已经发完。",
        "云顶村茶园管理处主任助理说，苗已经发完。",
        "云顶村采茶活动在杭州举行。",
        "云顶村第三届采茶节可能在杭州开幕。",
        "云顶村第三届采茶节在县里开幕。",
        "云顶村是连接山里和海边的重要门户。",
        "全市拥有茶园300亩。",
        "自治区农业局局长赵守田介绍，苗已经发完。",
        "海心绿茶是一种让你忘不了的绿茶。",
        "距离海心县是161公里。",
    ],
)
def test_what_would_be_crooked_is_left_out(sentence: str) -> None:
    assert list(drafts(article(sentence))) == []


REPORTED = "某报海心8月14日电 （记者 赵守田）今年上半年，海心县茶叶产量达到6吨，连年增收。"


@pytest.mark.parametrize(
    ("sentence", "date", "question"),
    [
        (REPORTED, "2023-08-14", "2023年上半年海心县茶叶产量多少吨？"),
        ("上半年海心县工业总产值达2亿元。", "2023-08-14", "2023年上半年海心县工业总产值多少元？"),
        ("去年海心县工业总产值高达2亿元。", "2023-08-14", "2022年海心县工业总产值是多少元？"),
        ("7月海心县工业总产值达2亿元。", "2023-08-14", "2023年7月海心县工业总产值多少元？"),
    ],
)
def test_a_question_says_the_time_that_is_over_when_it_is_told(
    sentence: str, date: str, question: str
) -> None:
    (draft,) = drafts(replace(article(sentence), date=date))
    assert draft.question == question
    assert draft.evidence[0] in sentence


@pytest.mark.parametrize("date", ["2023-06-14", None])
def test_a_part_of_the_year_that_is_not_over_is_not_asked_for(date: str | None) -> None:
    told = replace(article("上半年海心县工业总产值达2亿元。"), date=date)
    assert list(drafts(told)) == []


def test_nobody_is_deputy_to_an_honorary_head() -> None:
    (_, head) = drafts(article("海心县茶叶学会名誉会长赵守田说，苗已经发完。"))
    assert (head.question, head.untold) == ("海心县茶叶学会名誉会长是谁？", "")


def test_a_list_is_asked_for_by_what_announces_it() -> None:
    items = ("（一）修路，先修东村。", "（二）架桥。", "（三）通船。")
    (draft,) = drafts(article("岛上今年办三件实事。乡里今年采取三项措施：", *items))
    assert draft.question == "乡里今年采取哪些措施？"
    assert draft.answers == (("修路",), ("架桥",), ("通船",))
    assert draft.evidence == items


def test_a_speaker_is_asked_under_each_heading() -> None:
    said = Paragraph(1, "路要先修。再说别的。", (), section="怎么修路", speaker="姜远")
    (draft,) = drafts(Article("a", "题", (said,)))
    assert (draft.question, draft.answers) == ("关于“怎么修路”，姜远是怎么说的？", ())
    assert draft.evidence == ("路要先修。", "再说别的。")


LIBRARY = [
    article("青石湾大桥全长2360米。", "云岭大桥占地90亩。", article_id="桥"),
    article("云顶村茶园种植300亩，连年增收。", "灯塔岛现有120户。", article_id="茶"),
]


def test_proposals_take_turns_and_hold_their_answers() -> None:
    proposed = propose(LIBRARY, 50)
    texts = ["\n".join(one.evidence) for one in proposed]
    for question, text in zip(proposed, texts, strict=True):
        assert question.answerable is bool(text)
        assert not question.answers or holds_answer(text, question.answers)
    assert len({question.question for question in proposed}) == len(proposed)
    assert [q.question for q in propose(LIBRARY, 2)] == [
        "青石湾大桥全长多少米？",
        "云顶村茶园种植多少亩？",
    ]


def test_a_gathering_is_asked_for_by_place_and_day_a_head_by_name_and_post() -> None:
    told = "云顶村第三届采茶节4月8日在杭州开幕。云顶村茶园管理处主任赵守田说，苗已经发完。"
    assert [(one.question, one.answers) for one in drafts(article(told))] == [
        ("云顶村第三届采茶节在哪里开幕？", (("杭州",),)),
        ("云顶村第三届采茶节什么时候开幕？", (("4月8日",),)),
        ("赵守田担任什么职务？", (("云顶村茶园管理处主任",),)),
        ("云顶村茶园管理处主任是谁？", (("赵守田",),)),
    ]


def test_near_misses_ask_what_no_sentence_tells() -> None:
    misses = [q for q in propose(LIBRARY, 50) if q.answerable is False]
    assert misses
    told = " ".join(one.text for one in LIBRARY)
    for miss in misses:
        assert miss.extra["draft"] == "near_miss"
        assert miss.question not in told
    both = [*LIBRARY, article("青石湾大桥占地不多，云岭大桥全长也短。")]
    assert "云岭大桥全长多少米？" in {q.question for q in misses}
    assert not [q for q in propose(both, 50) if q.answerable is False]


def test_near_misses_ask_for_a_deputy_and_a_host_that_no_article_names() -> None:
    told = "云顶村第三届采茶节4月8日在杭州开幕。云顶村茶园党委书记赵守田说，苗已经发完。"
    misses = [q for q in propose([article(told)], 50) if q.answerable is False]
    assert [(q.question, q.type) for q in misses] == [
        ("云顶村第三届采茶节由谁主办？", "who"),
        ("云顶村茶园党委副书记是谁？", "who"),
    ]
    more = "云顶村第三届采茶节由茶社承办。云顶村茶园党委有三位副书记。"
    both = [article(told, article_id="一"), article(more, article_id="二")]
    assert not [q for q in propose(both, 50) if q.answerable is False]


def test_the_deputy_of_one_who_has_a_post_for_a_while_is_no_acting_one() -> None:
    told = "江州市代市长赵守田说，苗已经发完。云顶时代集团总经理何田田说，苗已经发完。"
    misses = {q.question for q in propose([article(told)], 50) if q.answerable is False}
    assert misses == {"江州市副市长是谁？", "云顶时代集团副总经理是谁？"}


def test_only_as_many_near_misses_are_looked_for_as_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[object] = []

    def told(texts: object, words: object) -> bool:
        looked.append(words)
        return False

    monkeypatch.setattr(proposing, "_holds_all", told)
    bodies = [f"{c}山村第三届采茶节4月8日在杭州开幕。" for c in "东西南北上下前后"]
    many = [article(body, article_id=body) for body in bodies]
    assert len(propose(many, 5)) == 5
    assert len(looked) == 1


def test_judgements_of_the_chat_are_drafts() -> None:
    said = answer("大桥多长？", "大桥全长2360米。", short="2360米")
    (draft,) = from_feedback([Feedback(id="1", verdict="up", answer=said)])
    assert (draft.id, draft.answers) == ("feedback-1", (("2360米",),))
    assert draft.extra["draft"] == "feedback"
    assert from_feedback([]) == []


def test_the_command_writes_a_set_that_passes_its_own_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    more = "江岸村灯塔全长90米。灯塔岛现有120户。\n"
    ingest_into(data, write(tmp_path / "pages", bridge=BRIDGE, tea=TEA, island=more))
    out = tmp_path / "draft.xlsx"
    assert run(["questions", "draft", "-o", str(out), "--data-dir", str(data)]) == 0
    assert "拟出" in capsys.readouterr().out
    out.write_bytes(out.read_bytes() + b"mended")
    again = ["questions", "draft", "-o", str(out), "--data-dir", str(data)]
    assert run(again) == 2
    assert "file_taken" in capsys.readouterr().err
    assert out.read_bytes().endswith(b"mended")
    assert run([*again, "--overwrite"]) == 0
    capsys.readouterr()
    assert len(load_questions(out)) >= 2
    assert run(["questions", "check", str(out), "--json", "--data-dir", str(data)]) == 0
    assert json.loads(capsys.readouterr().out)["bad"] == 0
    empty = [
        "questions",
        "draft",
        "-o",
        str(tmp_path / "e.csv"),
        "--data-dir",
        str(tmp_path / "none"),
    ]
    assert run(empty) == 2
    assert "错误：" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("去年，云顶村建成停车场12个。", "2023年云顶村建成多少个停车场？"),
        ("今年一季度，云顶村接待收入达到30万元。", "2024年一季度云顶村接待收入是多少元？"),
        (
            "截至今年4月底，云顶村茶叶合作社已达12家。",
            "截至2024年4月底，云顶村茶叶合作社有多少家？",
        ),
        ("云顶村茶叶合作社只有12家。", "云顶村茶叶合作社有多少家？"),
        ("今年，云顶村茶园面积增长了8%。", "2024年云顶村茶园面积增长多少？"),
    ],
)
def test_a_figure_is_asked_for_with_its_time_and_as_one_speaks(
    sentence: str, question: str
) -> None:
    (draft,) = drafts(replace(article(sentence), date="2024-05-20"))
    assert draft.question == question


@pytest.mark.parametrize(
    "sentence",
    [
        "去年，云顶村建成停车场12个。",  # of no known year
        "方案提出，云顶村建成停车场12个。",
        "2014年以来，云顶村建成停车场12个。",
        "目前，云顶村茶叶收入达到30万元。",
        "村里建成停车场12个。",
        "云顶村茶叶合作社不足12家。",
        "云顶村两项指标均为100%。",
        "云顶村8月10日发布消息。",
        "云顶村的目标是建一个家家有茶的村子。",
    ],
)
def test_what_is_uncertain_or_vague_is_left_out(sentence: str) -> None:
    assert list(drafts(article(sentence))) == []


def test_what_two_articles_tell_otherwise_is_not_asked() -> None:
    one = article("云顶村茶叶合作社有12家。", article_id="一")
    other = article("云顶村茶叶合作社有15家。", article_id="二")
    dated = replace(article("截至2024年4月底，云顶村茶叶合作社达到15家。"), article_id="三")
    assert len(propose([one], 9)) == 1
    assert propose([one, other], 9) == []
    assert [q.answers for q in propose([one, dated], 9)] == [(("15家",),)]
