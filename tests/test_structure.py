"""Who speaks, under which heading, with which post; and what is no interview."""

from __future__ import annotations

from ingest.lines.bylines import closing_names, dateline_names, read_affiliation, read_byline
from ingest.lines.lines import read_lines
from ingest.pages.segmentation import read_blocks
from ingest.pages.structure import paragraphs
from rag.data_model.documents import Paragraph

INTERVIEW = """# 怎样修好一座老桥

主持人
卢静 本报编辑

嘉宾
苏禾 江州大学桥梁系教授
罗景行 市政设计院总工程师

## 难在哪里

主持人：修老桥难在哪里？

苏禾：难在不知道里面是什么样。

图纸早就找不到了。

罗景行：难在不能断路。

## 链接>>>

### 1 预应力

预应力是事先加在构件里的力。

## 怎么修

主持人：那怎么修？

罗景行：半边修，半边走。
"""


def read(text: str) -> tuple[Paragraph, ...]:
    return paragraphs(read_blocks(read_lines(text)))


def test_speakers_are_carried_over_and_have_their_posts() -> None:
    spoken = [(p.text[:4], p.speaker, p.speaker_title) for p in read(INTERVIEW)]
    assert spoken[3:] == [
        ("主持人：", "卢静", "本报编辑"),
        ("苏禾：难", "苏禾", "江州大学桥梁系教授"),
        ("图纸早就", "苏禾", "江州大学桥梁系教授"),
        ("罗景行：", "罗景行", "市政设计院总工程师"),
        ("预应力是", None, None),
        ("主持人：", "卢静", "本报编辑"),
        ("罗景行：", "罗景行", "市政设计院总工程师"),
    ]


def test_sections_are_the_nearest_headings() -> None:
    sections = [p.section for p in read(INTERVIEW)]
    assert sections == [None] * 3 + ["难在哪里"] * 4 + ["1 预应力"] + ["怎么修"] * 2


def test_a_box_without_items_is_a_section_of_its_own() -> None:
    found = read(
        "# 老桥\n\n老桥开放了。\n\n名词解释\n\n预应力是事先加在构件里的力，用来抵消荷载。\n"
    )
    assert [p.section for p in found] == [None, "名词解释"]


def test_answers_belong_to_the_only_guest() -> None:
    found = read(
        "# 问桥\n\n受访人\n苏禾 桥梁系教授\n\n问：桥老了吗？\n\n答：老了。\n\n"
        "问：能修吗？\n\n答：能。\n"
    )
    assert [p.speaker for p in found[1:]] == ["问", "苏禾", "问", "苏禾"]


def test_colons_alone_make_no_interview() -> None:
    found = read("# 通知\n\n时间：周一上午九点。\n\n地点：三楼会议室。\n\n要求：不得迟到。\n")
    assert {p.speaker for p in found} == {None}


def test_bylines() -> None:
    names = {
        "□苏禾": ("苏禾",),
        "■ 本报记者 苏禾 罗景行": ("苏禾", "罗景行"),
        "本报记者 苏 禾": ("苏禾",),
        "记者 苏禾 通讯员 傅明川": ("苏禾", "傅明川"),
        "文/苏禾": ("苏禾",),
        "作者：苏禾": ("苏禾",),
    }
    for line, expected in names.items():
        byline = read_byline(line)
        assert byline is not None, line
        assert byline.names == expected
        assert byline.certain


def test_what_is_no_byline() -> None:
    for line in (
        "记者从市政府获悉，老桥开放了。",
        "作者认为老桥应当保留",
        "本报记者昨天走访了老桥",
        "老桥新生",
    ):
        assert read_byline(line) is None, line


def test_datelines_and_closing_credits() -> None:
    assert dateline_names("本报讯（记者 苏禾）老桥开放。") == ("苏禾",)
    assert dateline_names("本报江州5月3日电 老桥开放。") == ()
    assert dateline_names("本报将继续关注。") is None
    assert closing_names("老桥开放。（记者 苏禾）") == ("苏禾",)


def test_affiliations() -> None:
    assert read_affiliation("（作者系江州大学教授）") == "江州大学教授"
    assert read_affiliation("(作者单位：江州大学)") == "江州大学"
    assert read_affiliation("作者认为，老桥应当保留。") is None
