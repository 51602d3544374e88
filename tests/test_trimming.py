"""A long sentence is quoted as far as the clause that tells the last of what is asked."""

from __future__ import annotations

import pytest

from rag.data_model.answers import Question
from rag.data_model.documents import Article, Paragraph, Span
from rag.library.records import StoredArticle
from rag.question.term_weights import TermWeights
from rag.question.understanding import understand
from rag.quoting.quotes import Quote
from rag.quoting.trimming import shortened, trimmed

LINER = (
    "“海燕”号邮轮由北湾船厂建造，2019年5月首航，从南港驶往星岛，船上有客舱九百间，雇员四百二十人。"
)
RULED = (
    "滨海浴场由体育局管理，从五月一日开放到十月底，但台风预警期间不得下水，救生员每天查看一次水情。"
)


def quote_of(text: str) -> Quote:
    paragraph = Paragraph(1, text, (Span(0, len(text)),))
    stored = StoredArticle(1, Article("a", "", (paragraph,)), "a.txt", "a.txt", "0" * 64, 1)
    return Quote(stored, 1, 0, len(text), 0.9)


def shown(text: str, question: str, answer: str) -> str:
    understood = understand(Question(question=question), limit=100)
    weights = TermWeights(understood, lambda _: 1, 10)
    at = text.index(answer)
    return trimmed(quote_of(text), Span(at, at + len(answer)), understood, weights).text


@pytest.mark.parametrize(
    ("text", "question", "answer", "kept"),
    [
        pytest.param(
            LINER,
            "“海燕”号邮轮由谁建造？",
            "北湾船厂",
            "“海燕”号邮轮由北湾船厂建造",
            id="what follows is another fact",
        ),
        pytest.param(
            LINER,
            "哪家船厂建造的邮轮驶往星岛？",
            "北湾船厂",
            "“海燕”号邮轮由北湾船厂建造，2019年5月首航，从南港驶往星岛",
            id="all that is asked about is kept",
        ),
        pytest.param(
            LINER,
            "“海燕”号邮轮有多少间客舱？",
            "客舱九百间",
            "“海燕”号邮轮由北湾船厂建造，2019年5月首航，从南港驶往星岛，船上有客舱九百间",
            id="a number of another unit is another fact",
        ),
        pytest.param(
            "码头去年修好了泊位六个，从此远洋来的大船也能靠岸装卸货物，今年又添两个，明年还要再修。",
            "码头修好了多少泊位？",
            "六个",
            "码头去年修好了泊位六个，从此远洋来的大船也能靠岸装卸货物，今年又添两个",
            id="another number of the same unit may be the one asked for",
        ),
        pytest.param(
            RULED,
            "滨海浴场什么单位管理？",
            "体育局",
            "滨海浴场由体育局管理",
            id="the clause of the answer",
        ),
        pytest.param(
            RULED,
            "滨海浴场开放吗？",
            "从五月一日开放到十月底",
            "滨海浴场由体育局管理，从五月一日开放到十月底，但台风预警期间不得下水",
            id="what limits the answer is kept",
        ),
        pytest.param(
            "渔民说：“海带今年亩产三吨，比去年多收两成，价钱也涨了三毛，晒场早就不够用了。”说着他指了指岸边。",
            "海带哪里多收？",
            "今年亩产三吨",
            "渔民说：“海带今年亩产三吨，比去年多收两成，价钱也涨了三毛，晒场早就不够用了。”说着他指了指岸边。",
            id="no quotation is left open",
        ),
        pytest.param(
            "新校舍由华建集团承建，开工仪式上来了许多乡亲，这一说法后来被证明是谣言，县里已经澄清。",
            "新校舍由谁承建？",
            "华建集团",
            "新校舍由华建集团承建，开工仪式上来了许多乡亲，这一说法后来被证明是谣言",
            id="what takes it back is kept, however far",
        ),
        pytest.param(
            "海带由渔民晒，晒场在岸边。",
            "海带由谁晒？",
            "渔民",
            "海带由渔民晒，晒场在岸边。",
            id="short",
        ),
    ],
)
def test_a_quote_ends_where_all_is_told(text: str, question: str, answer: str, kept: str) -> None:
    assert shown(text, question, answer) == kept


FAIR = (
    "渔港去年新添了冷库和码头，渔民的收入涨了两成，海带由合作社收，合作社有社员三百户，"
    "镇上的鱼市也重新修过，每天清早都很热闹。"
)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param(
            FAIR.replace("去年", ""),
            "渔民的收入涨了两成，海带由合作社收",
            id="as much as has room before the answer",
        ),
        pytest.param(FAIR, FAIR, id="a time before it may be the answer's"),
        pytest.param(FAIR.replace("去年", "计划"), None, id="a plan"),
        pytest.param(FAIR.replace("渔港去年", "渔民说，渔港"), None, id="whose word it is"),
        pytest.param(f"渔民写道“{FAIR.replace('去年', '')}”", None, id="inside a quotation"),
        pytest.param(
            FAIR.replace("去年", "").replace("合作社有", "但合作社有"),
            "海带由合作社收，但合作社有社员三百户",
            id="a limit",
        ),
    ],
)
def test_a_far_too_long_sentence_is_cut_where_nothing_rests_on_the_rest(
    text: str, kept: str | None
) -> None:
    understood = understand(Question(question="海带由谁收？"), limit=100)
    at = text.index("合作社收")
    cut = shortened(quote_of(text), Span(at, at + 3), TermWeights(understood, lambda _: 1, 10), 20)
    assert cut.text == (kept or text)
