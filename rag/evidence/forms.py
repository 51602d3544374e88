"""Which form an answer has to have, by the question's type: a number, a time, a reason, a name."""

from __future__ import annotations

import re

from rag.language.text import fold
from rag.question.question_types import QuestionType
from rag.question.understanding import ParsedQuestion

_NUMBER = re.compile(
    r"\d|[一二三四五六七八九十百千万亿两半][一二三四五六七八九十百千万亿]*(?=[\u4e00-\u9fff])"
)
_TIME = re.compile(
    r"\d+\s*[年月日号时点世]|[一二三四五六七八九十〇零]+[年月日号时点世]|去年|今年|明年|前年|昨|今[天日]|年代|季度|上午|下午|朝|代"
    r"|(?:周|星期|礼拜)[一二三四五六日天末\d]|次[日月年]|凌晨|清晨|中午|傍晚|夜里"
)
_REASON = re.compile(
    r"因(?![此而素子人地])|由于|因此|所以|导致|使得|为了|原因|缘于|源于|得益|以便|从而|之所以"
)
_DEFINING = re.compile(r"是指|指的是|是一[种个项类门]|即|所谓|称为|又称|简称|是以|就是")
_NAMED = re.compile(r"说|表示|认为|介绍|先生|女士|教授|主任|院长|记者|[于由被][\u4e00-\u9fff]{2,4}")
_PLACE = re.compile(r"位于|坐落|地处|在[\u4e00-\u9fff]{2,}|[省市县区镇乡村路街国州岛山江河湖海]")
FORMS: dict[QuestionType, re.Pattern[str]] = {
    QuestionType.HOW_MANY: _NUMBER,
    QuestionType.WHEN: _TIME,
    QuestionType.WHY: _REASON,
    QuestionType.DEFINITION: _DEFINING,
    QuestionType.WHO: _NAMED,
    QuestionType.WHERE: _PLACE,
}


def has_form(question: ParsedQuestion, text: str) -> bool | None:
    """Whether a text holds what the question's type wants; None if the type wants no form."""
    form = FORMS.get(question.type)
    return None if form is None else has_new(form, fold(text), question.searched)


def has_new(form: re.Pattern[str], text: str, question: str) -> bool:
    """Whether the form occurs in `text` with words that the question did not give.

    A reason is given with the words that ask for it: `原因是`.
    """
    if form is _REASON:
        return form.search(text) is not None
    return any(
        match.group() and match.group() not in question for match in form.finditer(text)
    ) or (form is _NUMBER and any(n not in question for n in re.findall(r"\d+(?:\.\d+)?", text)))
