"""Follow-ups are completed from the questions before; whole questions are left alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rag.language.text import fold
from rag.question.followups import Told, complete, newly_named
from rag.rules.already_quoted import AlreadyQuoted


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        ([], "那挑战呢？", "那挑战呢?"),
        (["大桥是谁设计的？"], "为什么？", "大桥是谁设计的 为什么"),
        (["谢谢，大桥是谁设计的？"], "为什么？", "大桥是谁设计的 为什么"),
        (["2023年改造了多少个小区？"], "2019年呢？", "2019年改造了多少个小区"),
        (["城镇居民的收入是多少？"], "农村居民呢？", "农村居民的收入是多少"),
        (["王大山怎么看修路？"], "李小河呢？", "李小河怎么看修路"),
        (["什么是预应力？"], "它有什么用？", "什么是预应力 它有什么用"),
        (["什么是预应力？"], "云顶乡的茶园今年几月开园？", "云顶乡的茶园今年几月开园?"),
        (["柳镇大桥总投资多少？"], "Where is the wind farm?", "where is the wind farm?"),
        (["柳镇大桥总投资多少？", "", "👍"], "工期多久？", "柳镇大桥总投资多少 工期多久"),
        (["什么是预应力？", "它有什么用？"], "还有吗？", "什么是预应力 它有什么用"),
        (["什么是预应力？"], "后张法呢？", "什么是后张法"),
        (["王大山怎么看修路？"], "那架桥呢？", "王大山怎么看架桥"),
        (["王大山怎么看修路？"], "那难处呢？", "王大山怎么看修路的难处"),
        (["修路有哪些好处？"], "难处呢？", "修路有哪些难处"),
        (["什么是预应力？"], "那缺点呢？", "预应力的缺点是什么"),
        (["王大山认为修路有哪些难处？"], "他还说了什么？", "王大山还说了什么"),
        (["村里哪一年通的车？"], "这是哪一年的事？", "村里哪一年通的车 这是哪一年的事"),
        (["修桥过程中石料有什么要求？"], "那木料呢？", "修桥过程中木料有什么要求"),
        (["汛期之前堤坝要做什么？"], "水库呢？", "汛期之前水库要做什么"),
        (["王大山是谁？", "他住在哪里？"], "他种什么？", "王大山住在哪里 他种什么"),
        (
            ["青石湾大桥的总投资是多少？"],
            "它什么时候通车？",
            "青石湾大桥的总投资是多少 它什么时候通车",
        ),
        (["茶园的面积有多大？"], "这个有什么特点？", "茶园的面积有多大 这个有什么特点"),
        (["侯阿婆多大了？"], "她担心什么？", "侯阿婆担心什么"),
        (["那位阿婆几岁了？"], "她担心什么？", "那位阿婆几岁了 她担心什么"),
        (["谁主持了发布会？"], "其职务是什么？", "谁主持了发布会 其职务是什么"),
        (["王大山多大年纪？"], "李小河呢？", "李小河多大年纪"),
        (["2017年到2019年产量是多少？"], "2021年呢？", "2021年产量是多少"),
    ],
)
def test_what_is_left_out_comes_from_before(
    history: list[str], question: str, expected: str
) -> None:
    assert complete(question, history).text == expected


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("柳镇的财政收入是多少？", "支出呢？", "柳镇的支出是多少"),
        ("柳镇2023年公共预算收入是多少？", "支出呢？", "柳镇2023年公共预算支出是多少"),
        ("柳镇的财政收入是多少？", "那2022年呢？", "2022年柳镇的财政收入是多少"),
        ("柳镇的水稻亩产是多少？", "山前乡呢？", "山前乡的水稻亩产是多少"),
        ("图书馆的藏书有多少？", "座位呢？", "图书馆的座位有多少"),
        ("图书馆在哪里？", "那它的座位呢？", "图书馆的座位"),
        ("图书馆什么时候开放？", "体育馆呢？", "体育馆什么时候开放"),
        ("图书馆的开放时间是多少？", "外借册数呢？", "图书馆的外借册数是多少"),
        ("博物馆的门票多少钱？", "开放时间呢？", "博物馆的开放时间是什么时候"),
        ("大桥的长度是多少？", "那宽度呢？", "大桥的宽度是多少"),
        ("大桥什么时候通车？", "隧道呢？", "隧道什么时候通车"),
        ("税收的占比是多少？", "增值税呢？", "增值税的占比是多少"),
        ("林场的面积有多大？", "农场呢？", "农场的面积有多大"),
        ("男子组的冠军是谁？", "亚军呢？", "男子组的亚军是谁"),
        ("男子组的冠军是谁？", "女子组呢？", "女子组的冠军是谁"),
        ("柳镇有多少家养老机构？", "床位呢？", "柳镇有多少床位"),
        ("柳镇有多少家养老机构？", "山前乡呢？", "山前乡有多少家养老机构"),
        ("违规停车对个人罚多少钱？", "对单位呢？", "违规停车对单位罚多少钱"),
        ("新馆一期什么时候动工？", "二期呢？", "新馆二期什么时候动工"),
        ("市民对公园怎么评价？", "游客呢？", "游客对公园怎么评价"),
        ("大桥是谁设计的？", "多少钱？", "大桥是谁设计的 多少钱"),
        ("大桥为什么修了这么久？", "那座桥呢？", "大桥为什么修了这么久 那座桥呢"),
        ("月亮上有多少人？", "那里呢？", "月亮上有多少人 那里呢"),
        ("新馆什么时候开放？", "老馆为什么关门呢？", "新馆什么时候开放 老馆为什么关门呢"),
        ("新馆什么时候开放？", "茶农的收入怎么样呢？", "新馆什么时候开放 茶农的收入怎么样呢"),
    ],
)
def test_something_else_takes_the_place_of_its_counterpart(
    before: str, question: str, expected: str
) -> None:
    assert complete(question, [before]).text == expected


@pytest.mark.parametrize(
    "question",
    [
        "吉他社什么时候排练？",
        "维他命C有什么用？",
        "什么是吉他？",
        "王大山说他什么时候退休？",
        "该隐是谁？",
        "那曲是什么？",
        "那英是谁？",
    ],
)
def test_what_names_its_own_subject_does_not_lean(question: str) -> None:
    assert complete(question, ["青石湾大桥有多长？"]) == complete(question, [])


@pytest.mark.parametrize(
    "question", ["该桥是什么？", "该书记是谁？", "那山是什么？", "李小河和他是什么关系？"]
)
def test_what_points_leans(question: str) -> None:
    assert complete(question, ["青石湾大桥有多长？"]).appended


def test_the_former_and_the_latter_are_not_both_the_one_thing_named() -> None:
    asked = "前者和后者哪个长？"
    assert complete(asked, ["青石湾大桥有多长？"]) == complete(asked, [])
    assert complete("前者是多长", ["青石湾大桥有多长？"]) == complete("前者是多长", [])
    assert complete(asked, ["青石湾大桥和望川隧道有多长？"]).appended


def test_a_pronoun_may_mean_whom_the_earlier_answer_names() -> None:
    def outcome(_: int) -> Told:
        return Told(short="王大山")

    assert complete("他住在哪里？", ["谁是村里的木匠？"], outcome).text == "王大山住在哪里"


def told(*answered: bool, known: bool = True) -> Callable[[int], Told]:
    """What came of earlier turns; of a refused one, whether the articles tell of its topic."""
    return lambda n: Told(answered[n], known=answered[n] or known)


def test_what_was_refused_is_nothing_to_lean_on() -> None:
    talk = ["青石湾大桥总投资多少？", "由谁施工？", "什么时候完工？"]
    assert complete("为什么？", talk, told(True, True, True)).text == (
        "青石湾大桥总投资多少 什么时候完工 为什么"
    )
    assert complete("为什么？", talk, told(True, True, False)).text == (
        "青石湾大桥总投资多少 由谁施工 为什么"
    )


def test_a_refused_topic_stays_where_the_articles_know_it() -> None:
    talk = ["青石湾大桥总投资多少？", "望川隧道有几个出口？"]
    of_tunnel, of_bridge = "望川隧道有几个出口 什么时候通车", "青石湾大桥总投资多少 什么时候通车"
    asked = "什么时候通车？"
    assert complete(asked, talk, told(True, False)).text == of_tunnel
    assert complete(asked, talk, told(True, False, known=False)).text == of_bridge
    assert complete(asked, talk, told(False, False, known=False)).text == of_tunnel


def test_nothing_is_looked_up_for_what_stands_alone() -> None:
    def never(n: int) -> Told:
        raise AssertionError(n)

    asked = "云顶乡的茶园今年几月开园？"
    assert complete(asked, ["青石湾大桥总投资多少？"], never).text == "云顶乡的茶园今年几月开园?"


def test_the_title_of_an_article_that_was_shown_is_a_topic() -> None:
    talk = ["望川隧道有几个出口？", "望川渡口换上电动船"]
    assert complete("什么时候开工？", talk, titles={1}).text == "望川渡口换上电动船 什么时候开工"
    assert complete("载客量呢？", talk, titles={1}).text == "望川渡口换上电动船 载客量呢"


def test_the_same_is_asked_again_as_the_question_just_before_asked_it() -> None:
    talk = ["老街茶馆在哪里？", "掌柜的看法是什么？"]
    again = complete("茶客呢？", talk)
    assert (again.text, again.asked) == ("老街茶馆在哪里 茶客的看法是什么", "茶客的看法是什么")


def test_what_names_something_leans_on_the_topic_alone_first() -> None:
    talk = ["青石湾大桥总投资多少？", "由谁施工？"]
    read = complete("主塔有多高？", talk)
    assert (read.text, read.other) == (
        "青石湾大桥总投资多少 主塔有多高",
        "青石湾大桥总投资多少 由谁施工 主塔有多高",
    )


def test_a_sentence_quoted_without_its_end_has_been_told() -> None:
    told = AlreadyQuoted((("a", "书院由商会出资修建"),))
    assert told.holds("a", "书院由商会出资修建，门前有两棵银杏。")
    assert not told.holds("a", "书院门前有两棵银杏。")


@pytest.mark.parametrize(
    ("question", "appended"),
    [
        ("工期多久？", True),
        ("为什么？", True),
        ("它有多宽？", True),
        ("那隧道呢？", False),
        ("云顶乡的茶园有多大？", False),
    ],
)
def test_what_is_only_put_after_the_one_before_says_so(question: str, appended: bool) -> None:
    assert complete(question, ["青石湾大桥总投资多少？"]).appended is appended


def test_a_thing_of_the_place_leans_on_the_topic_and_not_on_what_was_asked_of_it() -> None:
    read = complete("那里的果园有多大面积？", ["果农周长河今年卖了多少钱？"])
    assert "多少钱" not in read.text
    assert read.text.endswith("那里的果园有多大面积")
    assert "周长河" in read.text
    assert read.other == "果农周长河今年卖了多少钱 那里的果园有多大面积"


def test_the_next_question_leans_on_the_reading_that_was_answered() -> None:
    talk = ["新馆什么时候开放？", "座位呢？"]
    other = complete(talk[1], talk[:1]).other

    def as_other(n: int) -> Told:
        return Told(searched=other if n else talk[0])

    assert complete("为什么？", talk, as_other).text == "新馆的座位 为什么"
    assert complete("为什么？", talk).text == "座位什么时候开放 为什么"


@pytest.mark.parametrize(
    ("talk", "refused", "question", "expected"),
    [
        (
            ["东坡村修了几座桥？", "南港村呢？"],
            1,
            "它有多少人？",
            "南港村修了几座桥 它有多少人",
        ),
        (
            ["东坡村修了几座桥？", "云顶乡的茶园今年几月开园？"],
            1,
            "它有多大？",
            "云顶乡的茶园今年几月开园 它有多大",
        ),
        (
            ["柳镇大桥总投资多少？", "它由谁设计？"],
            1,
            "它有多少人？",
            "柳镇大桥总投资多少 它有多少人",
        ),
    ],
)
def test_what_points_means_what_was_named_last_though_that_was_refused(
    talk: list[str], refused: int, question: str, expected: str
) -> None:
    assert complete(question, talk, lambda n: Told(n != refused)).text == expected


def test_what_was_answered_as_it_stood_is_the_topic_of_what_follows() -> None:
    talk = ["为什么打桩要避开四月？", "护工一个月拿多少钱啊？"]
    alone = complete("每年呢？", talk, lambda n: Told(searched=f"{talk[n][:-1]}?"))
    assert "打桩" not in alone.text
    leant = complete("每年呢？", talk, lambda _: Told(searched="另一问"))
    assert "打桩" in leant.text


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("东坡区有多少张？", "那西桥区呢？", "西桥区有多少张"),
        ("2023年东坡县的小麦产量是多少？", "西桥乡呢？", "2023年西桥乡的小麦产量是多少"),
        ("东坡小学有多少名老师？", "白鹭湖呢？", "白鹭湖有多少名老师"),
        ("柳镇大桥总投资多少？", "第二水厂呢？", "第二水厂总投资多少"),
    ],
)
def test_a_place_takes_the_place_of_the_place(before: str, question: str, expected: str) -> None:
    assert complete(question, [before]).text == expected


def test_what_asks_of_now_leaves_the_year_before_behind() -> None:
    read = complete("现在有多少？", ["2027年护理员要增加到多少？"])
    assert read.text == "护理员要增加到多少 现在有多少"


@pytest.mark.parametrize(
    ("before", "question", "timeless"),
    [
        ("2023年水质是几类？", "打算干什么？", "水质是几类 打算干什么"),
        ("2023年水质是几类？", "2024年打算干什么？", ""),
        ("水质是几类？", "打算干什么？", ""),
    ],
)
def test_a_year_of_the_question_before_can_be_left_out(
    before: str, question: str, timeless: str
) -> None:
    assert complete(question, [before]).timeless == timeless


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("How long is the river bridge?", "When will it open?", "when will the river bridge open"),
        ("Who is Zhao Agen?", "What did he plant?", "what did zhao agen plant"),
        ("Who runs the ferry?", "What is its price?", "what is the ferry's price"),
        ("大桥有多长？", "When will it open?", "大桥有多长 when will it open"),
        ("How long is the river bridge?", "Is there a car park?", "is there a car park?"),
    ],
)
def test_an_english_question_that_points_means_the_thing_named_before(
    before: str, question: str, expected: str
) -> None:
    assert complete(question, [before]).text == expected


@pytest.mark.parametrize(
    ("question", "named"),
    [("引桥呢？", ("引桥",)), ("那隧道呢", ("隧道",)), ("为什么呢？", ()), ("多长", ())],
)
def test_what_is_newly_named(question: str, named: tuple[str, ...]) -> None:
    assert newly_named(fold(question)) == named


def test_a_thing_may_be_asked_about_in_the_place_of_another_or_as_a_part_of_it() -> None:
    read = complete("会堂呢？", ["柳镇大桥总投资多少？"])
    assert (read.text, read.other) == ("柳镇大桥的会堂是多少", "会堂总投资多少")
