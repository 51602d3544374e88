"""Nothing is lost on the way out: every form of every kind of answer carries all that it says."""

from __future__ import annotations

import json
from io import BytesIO

import docx
import pytest

from rag.data_model.answers import (
    Answer,
    Citation,
    Group,
    Listing,
    Overview,
    Receipt,
    Refusal,
    Slip,
    Source,
    Statement,
    Why,
)
from rag.language.visible import HIDDEN, visible
from rag.wording.rendering import answer_text
from ui.chat.answer_view import answer_html
from ui.chat.escaping import escaped, escaped_json, quoted
from ui.chat.exporting import Conversation, exported
from ui.chat.target import Target
from ui.reply import lines_of, plain_text

TURNED = "\u202e005\u202c万元"


def cited(n: int, quote: str, **fields: object) -> Citation:
    known: dict[str, object] = {
        "n": n,
        "article_id": f"a{n}",
        "title": "渡口的新船",
        "newspaper": "望川日报",
        "date": "2024-05-20",
        "paragraph": 1,
        "quote": quote,
        "source": Source(file="渡口.txt", sha256="0" * 64, spans=((0, len(quote)),)),
        "score": 0.9,
    }
    return Citation.model_validate({**known, **fields})


def answer(citations: tuple[Citation, ...] = (), **fields: object) -> Answer:
    known: dict[str, object] = {
        "question": "渡船多少钱？",
        "searched_question": "渡船多少钱?",
        "status": "refused" if "refusal" in fields else "answered",
        "text": "",
        "statements": tuple(Statement(text=c.quote, citations=(c.n,)) for c in citations),
        "citations": citations,
        "confidence": 0.9,
        "certainty": "sure" if citations else None,
        "receipt": Receipt(generation=7, model="m1", settings="s1"),
    }
    made = Answer.model_validate({**known, **fields})
    return made.model_copy(update={"text": answer_text(made)})


FERRY = cited(1, "渡船造价80万元。")
OTHER = cited(2, "渡船花了95万元。", why=Why(chosen="difference"))
SAID = cited(1, "房租三年涨了一倍。", speaker="倪青禾", speaker_title="剪纸手艺人")
FURTHER = cited(2, "旧船卖了3万元。", why=Why(chosen="further"))
LISTED = Overview(
    listing=Listing(),
    total=9,
    groups=(Group(newspaper="望川日报", date="2024-05-20", count=2, citations=(1, 2)),),
)
MISSING = Refusal(
    reason="not_stated",
    message="文章里有相近的内容，但没有说到这一点，所以不作答。",
    nearest=(cited(1, "渡船一次可以坐六十个人。"),),
)

CASES: dict[str, tuple[Answer, tuple[str, ...]]] = {
    "short": (answer((FERRY,), short_answer="80万元"), ("简答：80万元", "渡船造价80万元。[1]")),
    "unsure": (
        answer((FERRY,), short_answer="80万元", certainty="unsure"),
        ("不敢肯定", "可能是：80万元"),
    ),
    "differing": (
        answer((FERRY, OTHER), question_type="difference"),
        ("几处说法不同", "渡船造价80万元。[1]", "渡船花了95万元。[2]"),
    ),
    "speaker": (answer((SAID,)), ("倪青禾（剪纸手艺人）：", "房租三年涨了一倍。[1]")),
    "further": (answer((FERRY, FURTHER)), ("另一处可能相关的说法：旧船卖了3万元。[2]",)),
    "refusal": (
        answer(refusal=MISSING),
        (MISSING.message, "最接近的段落", "渡船一次可以坐六十个人。", "《望川日报》"),
    ),
    "corrected": (
        answer((FERRY,), corrections=(Slip(typed="度船", searched="渡船"),)),
        ("按“渡船”查找", "“度船”"),
    ),
    "follow-up": (
        answer((FERRY,), question="多少钱？", history=("渡船是谁造的？",)),
        ("按上文补全为：渡船多少钱?",),
    ),
    "task": (
        answer(refusal=Refusal(reason="out_of_scope", message="计算不是这里能做的。", task="sum")),
        ("计算",),
    ),
    "help": (
        answer(talk="greeting", question_type="help", suggestions=("渡船多少钱？",)),
        ("您好", "· 渡船多少钱？"),
    ),
    "overview": (
        answer((cited(1, "渡口的新船"), cited(2, "渡船一次可以坐六十个人。")), overview=LISTED),
        ("共有9篇", "《望川日报》2024年5月20日（2篇）", "“渡口的新船”[1]", "还有7篇"),
    ),
    "gist": (answer((FERRY, OTHER), question_type="gist"), ("的要点：", "渡船花了95万元。[2]")),
    "hidden": (answer((cited(1, f"渡船造价{TURNED}。"),)), ("‹U+202E›005‹U+202C›万元",)),
}


def forms(one: Answer) -> dict[str, str]:
    """The answer in every form in which it leaves the program, as plain characters."""
    conversation = Conversation(format="markdown", title="渡口", answers=(one,))
    markdown = exported(conversation).content.decode().replace("\\", "")
    word = exported(conversation.model_copy(update={"format": "word"})).content
    (json_form,) = json.loads(exported(conversation.model_copy(update={"format": "json"})).content)
    return {
        "clipboard": plain_text(one),
        "markdown": markdown,
        "word": "\n".join(p.text for p in docx.Document(BytesIO(word)).paragraphs),
        "json": json_form["reply"],
    }


@pytest.mark.parametrize("case", CASES)
def test_every_form_carries_all_that_an_answer_says(case: str) -> None:
    one, said = CASES[case]
    for form, text in forms(one).items():
        for words in (*said, "文章库更新过 7 次", "m1"):
            assert words in text, f"{form} lost {words!r}"
        assert not HIDDEN.search(text), form
    assert Answer.model_validate(one.to_json()) == one


@pytest.mark.parametrize("case", CASES)
def test_every_quote_and_reference_stays(case: str) -> None:
    one, _ = CASES[case]
    kinds = [line.kind for line in lines_of(one)]
    nearest = one.refusal.nearest if one.refusal else ()
    assert kinds.count("reference") == len(one.citations)
    assert kinds.count("near") == len(nearest)
    assert kinds[-1] == "footer"
    for citation in (*one.citations, *nearest):
        assert visible(citation.quote) in plain_text(one)


@pytest.mark.parametrize("case", CASES)
def test_a_page_shows_it_too(case: str) -> None:
    one, _ = CASES[case]
    shown = answer_html(one)
    assert not HIDDEN.search(shown)
    for citation in one.citations:
        assert quoted(citation.quote) in shown
    assert ("只问这一篇" in shown) == (case == "overview")
    for suggestion in one.suggestions:
        assert f'data-ask="{escaped(suggestion)}"' in shown


def test_what_turns_the_writing_round_is_a_badge() -> None:
    shown = quoted(f"造价{TURNED}<b>")
    assert shown.startswith("<bdi>造价<span")
    assert ">U+202E</span>005<span" in shown
    assert shown.endswith("万元&lt;b&gt;</bdi>")


def test_a_button_carries_the_very_characters() -> None:
    carried = escaped_json(Target.of(cited(1, TURNED)))
    assert not HIDDEN.search(carried)
    assert json.loads(carried.replace("&quot;", '"').replace("&#123;", "{"))["quote"] == TURNED


@pytest.mark.parametrize("plain", ["九千万", "a\u200db", "行\n列\t尾", "软\u00ad连", "😀", "עברית"])
def test_what_hides_nothing_stays(plain: str) -> None:
    assert visible(plain) == plain


@pytest.mark.parametrize("code", [0x1B, 0x7F, 0x202A, 0x2066, 0x200F, 0x061C, 0x2028, 0xE0041])
def test_what_hides_something_is_shown(code: int) -> None:
    assert visible(f"甲{chr(code)}乙") == f"甲‹U+{code:04X}›乙"
