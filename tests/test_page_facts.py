"""Who wrote it, who took part, who holds a post, when it appeared: quoted from the page's lines."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cases import news, parsed, source_of
from pages import article, candidate_of, stored

from rag.data_model.documents import Article, Paragraph, Span, spans_text
from rag.library.records import StoredArticle
from rag.quoting.page_facts import Facts, find_facts
from rag.quoting.roles import listed_people

PAGE = """江州晚报 2031年4月9日 第3版
水渠通水
本报记者 顾明川 沈知秋
水渠昨日通水，全长三公里。
放水的闸门归村里管。
"""
TALK = """水渠圆桌
主持人
顾明川 柳镇水利站站长
嘉宾
沈知秋 江州大学教授
乔大山 白露乡村民代表
顾明川：水渠该怎么修？
"""
REPORT = "水渠修好了。柳镇镇长顾明川说，明年再修三公里。副镇长沈知秋也来了。"
BOX = [("1. 渡槽", "渡槽是架空的水渠。多用石料。"), ("2. 涵管", "涵管埋在路下。"), (None, "完。")]


def cut(source: str, *lines: str, title: str = "水渠通水") -> StoredArticle:
    """An article whose paragraphs are some lines of a file."""
    starts = [source.index(line) for line in lines]
    made = tuple(
        Paragraph(n, line, (Span(at, at + len(line)),))
        for n, (line, at) in enumerate(zip(lines, starts, strict=True), start=1)
    )
    return stored(Article("a", title, made))


def facts(question: str, *held: StoredArticle, source: str | None = None) -> Facts | None:
    """What is found; every quote is what its spans spell in the file."""
    files = {one.key: source_of(one) if source is None else source for one in held}
    found = find_facts(
        parsed(question), [candidate_of(h) for h in held], lambda s: files[s.key], 99
    )
    for quote in found.quotes if found else ():
        assert spans_text(files[quote.stored.key], quote.spans) == quote.text
    return found


def told(found: Facts | None) -> tuple[str | None, list[str]]:
    return (found.short, [quote.text for quote in found.quotes]) if found else (None, [])


def printed() -> StoredArticle:
    held = cut(PAGE, "水渠昨日通水，全长三公里。", "放水的闸门归村里管。")
    known = replace(
        held.article,
        authors=("顾明川", "沈知秋"),
        newspaper="江州晚报",
        date="2031-04-09",
        page="3",
    )
    return replace(held, article=known)


HEAD, BYLINE = PAGE.splitlines()[0], "本报记者 顾明川 沈知秋"


@pytest.mark.parametrize(
    ("question", "short", "line"),
    [
        ("这篇报道是什么时候刊登的？", "2031年4月9日", HEAD),
        ("水渠的报道刊登在哪一天？", "2031年4月9日", HEAD),
        ("这篇报道发表在第几版？", "第3版", HEAD),
        ("这篇报道刊登在哪份报纸？", "江州晚报", HEAD),
        ("这篇文章是谁写的？", None, BYLINE),
        ("水渠通水的作者是谁？", None, BYLINE),
        pytest.param("顾明川是谁？", None, BYLINE, id="all that is known is that he wrote it"),
    ],
)
def test_the_pages_head_and_byline_answer(question: str, short: str | None, line: str) -> None:
    assert told(facts(question, printed(), source=PAGE)) == (short, [line])


@pytest.mark.parametrize(
    "question",
    ["灯塔的作者是谁？", "灯塔的报道刊登在哪一天？", "水渠有多长？", "水渠是什么时候通水的？"],
)
def test_what_the_page_is_not_about_or_not_asked_gives_nothing(question: str) -> None:
    assert facts(question, printed(), source=PAGE) is None


def test_a_head_that_tells_another_day_is_not_quoted() -> None:
    held = printed()
    other = replace(held, article=replace(held.article, date="2031-05-09"))
    assert facts("这篇报道是什么时候刊登的？", other, source=PAGE) is None


@pytest.mark.parametrize("date", ["2031年4月", "昨日", "2031-04-31"])
def test_a_date_that_is_no_day_tells_none(date: str) -> None:
    held = printed()
    other = replace(held, article=replace(held.article, date=date))
    assert facts("这篇报道是什么时候刊登的？", other, source=PAGE) is None


@pytest.mark.parametrize(
    ("question", "head"),
    [
        ("这篇报道是什么时候刊登的？", "江州晚报 2031年4月19日 第3版"),
        ("这篇报道是什么时候刊登的？", "江州晚报 2031年4月90日 第3版"),
        ("这篇报道发表在第几版？", "江州晚报 2031年4月9日 第13版"),
    ],
)
def test_a_day_or_page_that_only_begins_or_ends_alike_is_another(question: str, head: str) -> None:
    page = PAGE.replace(HEAD, head)
    held = cut(page, "水渠昨日通水，全长三公里。")
    known = replace(held.article, newspaper="江州晚报", date="2031-04-09", page="3")
    assert facts(question, replace(held, article=known), source=page) is None


@pytest.mark.parametrize(
    ("question", "short"),
    [("柳镇副镇长是谁？", "沈知秋"), ("柳镇镇长是谁？", "顾明川"), ("谁是柳镇副书记？", None)],
)
def test_a_deputys_post_is_his_own(question: str, short: str | None) -> None:
    held = stored(article("柳镇镇长顾明川说，柳镇副镇长沈知秋、村民都到了渠边。副渠也通了。"))
    found = facts(question, held)
    assert (found.short if found else None) == short


def test_an_only_author_is_named_from_the_opening_of_the_text() -> None:
    one = replace(article("（顾明川）水渠昨日通水。"), authors=("顾明川",))
    assert told(facts("这篇文章的作者是谁？", stored(one))) == ("顾明川", ["（顾明川）"])


@pytest.mark.parametrize("mark", ["□", "■ ", "◎"])
def test_the_mark_before_an_author_is_not_quoted(mark: str) -> None:
    page = f"水渠通水\n{mark}顾明川\n水渠昨日通水。"
    one = cut(page, "水渠昨日通水。")
    one = replace(one, article=replace(one.article, authors=("顾明川",)))
    found = facts("水渠通水的作者是谁？", one, source=page)
    assert found is not None
    (line,) = found.quotes
    (span,) = line.spans
    assert line.text == "顾明川" == page[span.start : span.end]


def test_no_author_is_told_where_no_line_names_all() -> None:
    half = replace(article("（顾明川）水渠昨日通水。"), authors=("顾明川", "沈知秋"))
    assert facts("这篇文章的作者是谁？", stored(half)) is None


GUESTS = ["顾明川 柳镇水利站站长", "沈知秋 江州大学教授", "乔大山 白露乡村民代表"]


@pytest.mark.parametrize(
    ("question", "short", "lines"),
    [
        ("主持人是谁？", "顾明川", GUESTS[:1]),
        ("谁是主持人？", "顾明川", GUESTS[:1]),
        ("水渠圆桌的嘉宾有哪些？", None, GUESTS[1:]),
        ("灯塔圆桌的嘉宾有哪些？", None, []),
        ("受访者是谁？", None, []),
        ("沈知秋是谁？", "江州大学教授", GUESTS[1:2]),
        ("沈知秋的职务是什么？", "江州大学教授", GUESTS[1:2]),
        ("谁是柳镇水利站站长？", "顾明川", GUESTS[:1]),
        pytest.param("白露乡水利站站长是谁？", None, [], id="the same post elsewhere"),
        pytest.param("沈知秋怎么看水渠？", None, [], id="what she says is no line of the list"),
    ],
)
def test_a_list_of_people_tells_roles_and_posts(
    question: str, short: str | None, lines: list[str]
) -> None:
    held = cut(TALK, *GUESTS, "顾明川：水渠该怎么修？", title="水渠圆桌")
    assert told(facts(question, held, source=TALK)) == (short, lines)


def test_what_a_host_says_is_no_line_that_names_one() -> None:
    said = "主持人：下面请看大屏幕"
    assert list(listed_people(news(said), said)) == []
    (host,) = listed_people(news("主持人：顾明川"), "主持人：顾明川")
    assert (host.role, host.name) == ("主持人", "顾明川")


@pytest.mark.parametrize(
    ("question", "short"),
    [
        pytest.param("顾明川是谁？", "柳镇镇长", id="the post before a name"),
        pytest.param("柳镇镇长是谁？", "顾明川", id="the name after a post"),
        pytest.param("白露乡镇长是谁？", None, id="of another place"),
        pytest.param("柳镇村长是谁？", None, id="another post"),
    ],
)
def test_running_text_introduces_people(question: str, short: str | None) -> None:
    lines = [REPORT.split("。")[1] + "。"] if short else []
    assert told(facts(question, news(REPORT))) == (short, lines)


def test_a_deputy_does_not_hold_the_post() -> None:
    assert facts("柳镇镇长是谁？", news("柳镇修渠，副镇长沈知秋说，渠好了。")) is None


def test_a_post_is_that_of_the_very_member_of_a_series() -> None:
    listed = news("顾明川 柳镇机械厂13车间主任")
    assert told(facts("柳镇机械厂13车间主任是谁？", listed))[0] == "顾明川"
    assert facts("柳镇机械厂3车间主任是谁？", listed) is None


@pytest.mark.parametrize("note", ["（作者单位：江州大学水利学院）", "作者简介：江州大学教授。"])
def test_a_note_on_the_author_tells_where_he_works(note: str) -> None:
    held = stored(replace(article("水渠修好了。", note), authors=("沈知秋",)))
    assert told(facts("沈知秋是什么单位的？", held)) == (None, [note])
    assert facts("乔大山是什么单位的？", held) is None, "nobody knows him"
    met = stored(replace(article("村民乔大山说，渠修好了。", note), authors=("沈知秋",)))
    assert told(facts("乔大山是什么单位的？", met)) == (None, []), "the note is not on him"


def boxed(*notes: tuple[str | None, str]) -> StoredArticle:
    plain = article(*(text for _, text in notes))
    sections = [section for section, _ in notes]
    made = zip(plain.paragraphs, sections, strict=True)
    return stored(replace(plain, paragraphs=tuple(replace(p, section=s) for p, s in made)))


@pytest.mark.parametrize("question", ["名词解释了哪些词语？", "知识窗介绍了什么？"])
def test_a_box_gives_the_first_sentence_of_each_note(question: str) -> None:
    assert told(facts(question, boxed(*BOX))) == (None, ["渡槽是架空的水渠。", "涵管埋在路下。"])


def test_one_note_is_no_box_and_an_unnumbered_heading_no_note() -> None:
    assert facts("名词解释了哪些词语？", boxed(BOX[0], BOX[2])) is None
    assert facts("名词解释了哪些词语？", boxed(BOX[0], ("涵管", "涵管埋在路下。"))) is None


def test_a_numbered_part_comes_before_everything_else() -> None:
    law = news("第一条 水渠归村里管。\n第二条 本法由水利站站长顾明川解释。")
    assert told(facts("第二条说了什么？", law)) == (None, ["第二条 本法由水利站站长顾明川解释。"])


def test_the_passage_found_first_is_looked_at_first() -> None:
    old, new = news("柳镇镇长顾明川说，渠要修。"), news("柳镇镇长乔大山说，渠已修。", key=2)
    assert told(facts("柳镇镇长是谁？", old, new))[0] == "顾明川"
    assert told(facts("柳镇镇长是谁？", new, old))[0] == "乔大山"


@pytest.mark.parametrize("question", ["乔大山是谁？", "谁是乔大山？", "乔大山是什么人？"])
def test_somebody_without_a_post_is_of_a_kind(question: str) -> None:
    met = stored(article("水渠修好了。柳坪村茶农乔大山说，今年不愁水。"))
    assert told(facts(question, met)) == ("柳坪村茶农", ["柳坪村茶农乔大山说，今年不愁水。"])


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("茶馆的主人沈知秋，今年45岁，原是编辑。沈知秋说，不亏。", "茶馆的主人"),
        ("司机沈知秋当即折返。沈知秋说，应该的。", "司机"),
        ("昨天沈知秋来了。沈知秋说，应该的。", None),
        ("采访沈知秋以后，沈知秋说，应该的。", None),
    ],
)
def test_nouns_before_a_name_say_who_it_is(text: str, who: str | None) -> None:
    found = facts("沈知秋是谁？", stored(article(text)))
    assert (found.short if found else None) == who


@pytest.mark.parametrize(
    ("text", "post"),
    [
        ("县水文中心主任沈知秋、副主任乔大山说，水位平稳。", "副主任"),
        ("首讲由江州大学教授乔大山主持。", "江州大学教授"),
        ("镇党委书记、镇长乔大山说，渠修好了。", "镇党委书记、镇长"),
    ],
)
def test_a_post_is_the_persons_own(text: str, post: str) -> None:
    assert told(facts("乔大山是谁？", stored(article(text))))[0] == post
