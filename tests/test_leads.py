"""What a refusal leads on to: only what is answered is offered."""

from __future__ import annotations

from rag.data_model.answers import (
    Answer,
    Citation,
    Filters,
    Mismatch,
    Question,
    Receipt,
    Refusal,
    RefusalReason,
    Source,
)
from rag.desk.leads import led_on
from rag.errors import QuestionTooLong

RECEIPT = Receipt(generation=1, model="m", settings="s")


def near(article: str, title: str, *words: str, inferred: bool = False) -> Citation:
    return Citation(
        n=1,
        article_id=article,
        title=title,
        title_inferred=inferred,
        paragraph=1,
        quote="茶园四亩",
        source=Source(file="a.txt", sha256="0" * 64, spans=((0, 4),)),
        score=0.1,
        matched_words=words,
    )


def refused(
    question: str,
    *nearest: Citation,
    reason: RefusalReason = "not_stated",
    missing: tuple[str, ...] = (),
    mismatch: Mismatch | None = None,
    filters: Filters | None = None,
) -> Answer:
    return Answer(
        question=question,
        filters=filters or Filters(),
        searched_question=question,
        status="refused",
        text="",
        confidence=0.1,
        refusal=Refusal(
            reason=reason, message="", nearest=nearest, missing_words=missing, mismatch=mismatch
        ),
        receipt=RECEIPT,
    )


class Asked:
    """Answers the questions that it knows, for sure or not, and remembers all."""

    def __init__(self, **known: str) -> None:
        self.known = known
        self.questions: list[Question] = []

    def __call__(self, question: Question) -> Answer:
        self.questions.append(question)
        certainty = self.known.get(question.question)
        if certainty is None or not question.filters.empty:
            return refused(question.question)
        made = refused(question.question).model_copy(
            update={"status": "answered", "refusal": None, "certainty": certainty}
        )
        return Answer.model_validate(made.model_dump())


def offered(answer: Answer, ask: Asked) -> list[tuple[str, str]]:
    refusal = led_on(answer, ask).refusal
    assert refusal is not None
    return [(lead.kind, lead.question) for lead in refusal.leads]


def test_the_year_that_is_told_is_offered_where_it_is_answered() -> None:
    answer = refused("茶叶2019年产值多少", mismatch=Mismatch(asked="2019年", told="2023年"))
    assert offered(answer, Asked(茶叶2023年产值多少="sure")) == [
        ("rephrased", "茶叶2023年产值多少")
    ]
    assert offered(answer, Asked(茶叶2023年产值多少="unsure")) == []
    assert offered(answer, Asked()) == []


def test_a_question_is_tried_without_what_no_article_names() -> None:
    answer = refused("青石湾的隧道有多长", missing=("青石湾",))
    assert offered(answer, Asked(隧道有多长="sure")) == [("rephrased", "隧道有多长")]


def test_the_same_question_without_filters_comes_first() -> None:
    answer = refused("大桥多长", filters=Filters(newspaper="江州日报"))
    ask = Asked(大桥多长="unsure")
    assert offered(answer, ask) == [("unfiltered", "大桥多长")]
    assert ask.questions[0].filters.empty


def test_at_most_two_are_tried_and_one_that_cannot_be_asked_is_left_out() -> None:
    answer = refused(
        "茶叶2019年产值多少",
        missing=("茶叶",),
        mismatch=Mismatch(asked="2019年", told="2023年"),
        filters=Filters(newspaper="江州日报"),
    )
    ask = Asked()
    offered(answer, ask)
    assert len(ask.questions) == 2

    def too_long(_: Question) -> Answer:
        raise QuestionTooLong(limit=1, length=2)

    refusal = led_on(answer, too_long).refusal
    assert refusal is not None
    assert refusal.leads == ()


def test_articles_that_came_near_by_a_word_are_offered_once_each() -> None:
    answer = refused(
        "茶园的主人是谁",
        near("b", "春茶开采", "茶园"),
        near("b", "春茶开采", "茶园"),
        near("c", "大桥合龙"),
        near("d", "拟的标题", "茶园", inferred=True),
        near("e", "茶农的账", "茶园"),
        near("f", "茶价", "茶园"),
    )
    titles = [question for _, question in offered(answer, Asked())]
    assert titles == ["《春茶开采》主要讲了什么？", "《茶农的账》主要讲了什么？"]


def test_answers_and_what_no_article_can_tell_lead_nowhere() -> None:
    ask = Asked()
    assert offered(refused("写一首诗", near("a", "题", "诗人"), reason="out_of_scope"), ask) == []
    made = refused("茶园多大").model_copy(update={"status": "answered", "refusal": None})
    assert led_on(made, ask) is made
    assert ask.questions == []
