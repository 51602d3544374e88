"""Lines about who wrote it: names without a dictionary surname, boxes of forms, attributions."""

from __future__ import annotations

import pytest

from ingest.files.loaded import LoadedFile
from ingest.lines.bylines import closing_names, is_attribution, read_byline
from ingest.pages.page import page_to_articles
from rag.data_model.documents import Article, SourceFile

BODY = "江边的旧仓库改成了书店，周末挤满了带孩子来看书的年轻父母，全年接待读者八万人次。\n"


def article(text: str) -> Article:
    (found,) = page_to_articles(LoadedFile(SourceFile("a.txt", "a.txt", "0", "utf-8", text)))
    return found


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("本报记者 买买提·艾力", ("买买提·艾力",)),
        ("本报记者 茹仙古丽", ("茹仙古丽",)),
        ("记者：阿依古丽", ("阿依古丽",)),
        ("本报记者 扎西次仁 通讯员 李小红", ("扎西次仁", "李小红")),
        ("通讯员 迪丽努尔·买买提 摄", ("迪丽努尔·买买提",)),
        ("《瞭望台》作者 周纯", ("周纯",)),
        ("特约撰稿 吉克阿依", ("吉克阿依",)),
        ("□ 周纯", ("周纯",)),
        ("□ 买买提·艾力", ("买买提·艾力",)),
    ],
)
def test_names_on_a_line_of_their_own(line: str, names: tuple[str, ...]) -> None:
    byline = read_byline(line)
    assert byline is not None
    assert byline.names == names
    assert article(f"旧仓库里开出新书店\n{line}\n{BODY}{BODY}").authors == names


@pytest.mark.parametrize(
    "line",
    [
        *("□是 □否", "☐ 男 ☐ 女", "□同意", "□ 身份证复印件", "□ 已婚　□ 未婚", "□ 其他"),
        *(
            "记者 调查",
            "记者手记",
            "本报记者 从市里获悉",
            "编辑 推荐",
            "本报评论员",
            "（完）",
            "（三）",
        ),
    ],
)
def test_what_is_no_byline(line: str) -> None:
    assert read_byline(line) is None
    found = article(f"申请办理须知\n办理之前请先看清楚下面的每一项。\n{line}\n{BODY}")
    assert found.authors == ()


def test_items_of_a_form_stay_text() -> None:
    found = article(f"申请表\n请勾选：\n□ 方便\n□ 房产证\n□ 周转房\n{BODY}")
    assert found.authors == ()
    assert {"□ 方便", "□ 房产证", "□ 周转房"} <= {p.text for p in found.paragraphs}


def test_a_reporter_and_a_correspondent_on_lines_of_their_own() -> None:
    for between in ("\n", "\n\n"):
        text = f"旧仓库里开出新书店\n本报记者 张巨峰{between}通讯员 茹仙古丽\n\n{BODY}{BODY}"
        assert article(text).authors == ("张巨峰", "茹仙古丽")


def test_a_name_in_brackets_that_ends_the_text_stays_and_is_the_author() -> None:
    found = article(f"旧仓库里开出新书店\n{BODY}{BODY}（张巨峰）\n")
    assert found.paragraphs[-1].text == "（张巨峰）"
    assert found.authors == ("张巨峰",)
    assert closing_names("（江苏）") == ()


@pytest.mark.parametrize(
    "line", ["——（宋）陆游", "——【唐】杜甫《春望》", "——《史记》", "——陆游《游山西村》"]
)
def test_whose_words_they_are_stays_text(line: str) -> None:
    assert is_attribution(line)
    found = article(f"游山西村\n山重水复疑无路，柳暗花明又一村。\n{line}\n{BODY}")
    assert line in [p.text for p in found.paragraphs]


def test_a_subtitle_is_none() -> None:
    assert not is_attribution("——记石桥镇的茶农")
    found = article(f"茶香飘出大山\n——记石桥镇的茶农\n{BODY}{BODY}")
    assert [p.text for p in found.paragraphs] == [BODY.strip()] * 2
