"""Who is named: in a question, on a list of guests, in a byline; and what is said of their post.

A name is a surname and one or two characters; which of the runs that look so are names, the
articles decide: their speakers, authors and lists of people.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from rag.data_model.documents import Article, Paragraph
from rag.language.text import fold, occurrences, parts, tagged

_SURNAMES = Path(__file__).parents[1] / "data" / "surnames.txt"
_GIVEN = 2
_LISTED = re.compile(
    r"^(?P<name>[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]\s[\u4e00-\u9fff])"
    r"(?:\s+\S{3}|[（(][^（）()]{3,60}[）)]$)"
)
_NO_SENTENCE = re.compile(r"^[^。！？!?；;]{3,80}$")
_ASKERS = frozenset(("问", "记者", "主持人", "编者"))
_ASKED = re.compile('[？?][”」』"]?$')
_MOSTLY = 2 / 3
"""Share of a speaker's paragraphs."""

SAYING = (
    "认为|觉得|说|表示|介绍|指出|提醒|建议|强调|提出|回应|解释|分析|坦言|透露|告诉|称|谈到|主张|补充|呼吁"
    "|直言|感慨|回忆|提到|笑道|答道|讲"
)
"""Verbs that bring what somebody says, as one alternative of a pattern."""

POST = (
    "局长|主任|院长|校长|处长|科长|部长|厂长|会长|理事长|董事长|秘书长|队长|所长|站长|行长|县长|市长|区长|镇长"
    "|乡长|村长|总经理|经理|总监|工程师|总师|教授|研究员|讲师|博士|硕士|专家|学者|律师|法官|检察官|医师|医生"
    "|护士|教师|老师|编辑|记者|预报员|馆长|社长|书记|代表|委员|统计师|规划师|设计师|农艺师|教练|裁判|负责人"
    "|创始人|发言人|理事|干事|组长|班长|船长|师傅"
)
"""Words that end a post, as one alternative of a pattern."""
_COLON = re.compile(r"\s?[：:]\s?")
_CALLED = re.compile(rf"^[\u4e00-\u9fff]{{1,3}}(?:{POST}|先生|女士)[，,]")

# One pattern a name would have to be compiled for every name: that takes longer than an answer.
_POSTS = tuple(POST.split("|"))
_INTRODUCING = (*_POSTS, "居民", "村民", "市民", "农民", "工人", "学生", "骑手", "读者", "患者")
_BINDING = frozenset("的了是在和与并及也都就而之其有为以于被把将对从向到由因但能会可做这那去来")
"""Characters that are in nobody's given name, as far as a rule can go."""
_NAMES = frozenset(("nr", "nrt", "nrfg", "ns", "nz", "n", "x"))
PLACE_UNITS = "省市县区州镇乡村"
"""What names of places end in, where they are parts of a state."""
WORKERS = "员工生民手师匠农商医"
"""What words for kinds of people end in: 茶农, 船工, 骑手."""
_AGED_AFTER = re.compile(r"[,，(（]?(?:[男女][,，]|(?:今年|现年)?[\d一二三四五六七八九十]{1,3}岁)")
_AGED = re.compile(r"\d岁的")
_TITLES = ("先生", "女士", "教授")
_AROUND = 16
"""Characters on each side of a name by which it is seen whether it is a part of words."""
_MOST = 300
"""Runs of a question that are looked up as names; what has more is a list."""
_VERBS = tuple(SAYING.split("|"))


@cache
def surnames() -> tuple[str, str, tuple[str, ...]]:
    """Frequent ones of one character, those that everyday words begin with as well, and of two.

    From the 百家姓 and counts of today's names.
    """
    frequent, ambiguous, compound = _SURNAMES.read_text(encoding="utf-8").splitlines()
    return frequent, ambiguous, tuple(compound.split())


@cache
def _surnames() -> tuple[frozenset[str], frozenset[str]]:
    frequent, ambiguous, compound = surnames()
    return frozenset(frequent + ambiguous), frozenset(compound)


def possible_names(text: str) -> Iterator[str]:
    """Runs of a folded text that look like a person's name, the longest at each place first."""
    return (name for _, name in _runs(text))


def _runs(text: str) -> Iterator[tuple[int, str]]:
    single, compound = _surnames()
    for at in range(len(text) - 1):
        if text[at : at + 2] in compound:
            lengths = range(2 + _GIVEN, 2, -1)
        elif text[at] in single:
            lengths = range(1 + _GIVEN, 1, -1)
        else:
            continue
        for length in lengths:
            name = text[at : at + length]
            if len(name) == length and all("\u4e00" <= c <= "\u9fff" for c in name):
                yield at, name


def is_surname(text: str) -> bool:
    """Whether a folded text is a surname, of one or two characters."""
    single, compound = _surnames()
    return text in single or text in compound


def shown_in(text: str) -> Iterator[tuple[int, str]]:
    """Where a folded text shows somebody to be a person, by a post, an age or what they say."""
    for at, name in _runs(text):
        if set(name) & _BINDING:
            continue
        is_shown = _has_post if _is_word(name) else _has_post_or_says
        end = at + len(name)
        if is_shown(text, at, end) or (
            _is_of_a_kind(text, at, end) and stands_alone(text, at, end)
        ):
            yield at, name


def stands_alone(text: str, at: int, end: int | None = None) -> bool:
    """Whether a name is no part of words, and none is part of it: 项目|总收入, 江州|市, 居|这种.

    Args:
        text: folded.
        at: where the name begins in it.
        end: where it ends; with the text, if none is given.
    """
    end = len(text) if end is None else end
    from_ = max(0, at - _AROUND)
    text, at, end = text[from_ : end + _AROUND], at - from_, end - from_
    start = 0
    words = []
    for word in parts(text):
        if at <= start < end:
            words.append(word)
        elif start < at < start + len(word):
            return False
        start += len(word)
    if not words or not is_surname(words[0]) or set(text[at:end]) & _BINDING:
        return False
    return all(len(word) == 1 or _given_name(word) for word in words[1:])


def _given_name(word: str) -> bool:
    """Whether a word of the dictionary may be somebody's given name: 大山 and not 这种."""
    return tagged(word)[0][1] in _NAMES


def _is_of_a_kind(text: str, start: int, end: int) -> bool:
    """Whether a kind of worker stands before a name, or an age or sex after it."""
    return text.endswith(tuple(WORKERS), 0, start) or _AGED_AFTER.match(text, end) is not None


def listed_name(paragraph: Paragraph) -> str | None:
    """The name at the head of `姓名 单位职务` or `姓名（单位职务）`, a line of a list of guests."""
    match = _LISTED.match(paragraph.text)
    if match is None or not _NO_SENTENCE.match(paragraph.text):
        return None
    name = "".join(match.group("name").split())
    return name if name in set(possible_names(name)) else None


def listed_post(paragraph: Paragraph) -> str | None:
    """The post after the name, verbatim."""
    match = _LISTED.match(paragraph.text) if listed_name(paragraph) else None
    return paragraph.text[match.end("name") :].strip(" \t\u3000（）()") if match else None


def is_asker(speaker: str, article: Article) -> bool:
    """Whether a speaker is the newspaper or whoever else only asks, by name or not."""
    return speaker in {*_ASKERS, article.newspaper} or speaker in _only_asking(article)


def spoken_words(paragraph: Paragraph) -> str:
    """What somebody says, without `记者：` before it, nor `李馆长，` whom it calls."""
    words, name = paragraph.text, paragraph.speaker
    if name and words.startswith(name) and (colon := _COLON.match(words, len(name))):
        words = words[colon.end() :]
    return _CALLED.sub("", words)


@lru_cache(maxsize=4096)
def _only_asking(article: Article) -> frozenset[str]:
    """Those who ask in most of what they say, more than once, where others speak as well."""
    turns = Counter(p.speaker for p in article.paragraphs if p.speaker)
    questions = Counter(
        p.speaker for p in article.paragraphs if p.speaker and _ASKED.search(p.text)
    )
    asking = {name for name, n in questions.items() if n > 1 and n > _MOSTLY * turns[name]}
    return frozenset(asking) if turns.keys() - asking else frozenset()


@lru_cache(maxsize=4096)
def known_names(article: Article) -> frozenset[str]:
    """Speakers, authors and listed people of an article, folded."""
    names = {p.speaker for p in article.paragraphs if p.speaker}
    names = {name for name in names if not is_asker(name, article)} | set(article.authors)
    listed = (listed_name(paragraph) for paragraph in article.paragraphs)
    return frozenset(fold(name) for name in (*names, *listed) if name)


def named(question: str, articles: Iterable[Article]) -> tuple[str, ...]:
    """Names of people in a folded question that the articles know, in order."""
    articles = tuple(articles)
    known = frozenset().union(*map(known_names, articles))
    found = {name for name in known if len(name) > 1 and name in question}
    for name in islice(dict.fromkeys(possible_names(question)), _MOST):
        if not any(name in other for other in found) and _is_person(name, articles):
            found.add(name)
    return tuple(sorted(found, key=question.index))


def _is_person(name: str, articles: Iterable[Article]) -> bool:
    """Whether an article has somebody of that name say something, or gives a post before it."""
    is_shown = _has_post if _is_word(name) else _has_post_or_says
    return any(
        is_shown(article.text, at, at + len(name))
        for article in articles
        for at in occurrences(name, article.text)
    )


@lru_cache(maxsize=65536)
def _is_word(name: str) -> bool:
    """Whether two characters are a word of their own, as 居民 and 方案 are."""
    import rjieba

    return len(name) == 2 and rjieba.cut(name, False) == [name]


def _has_post(text: str, start: int, _: int) -> bool:
    """Whether a post stands before the name at `start`."""
    return text.endswith(_POSTS, 0, start)


def _has_post_or_says(text: str, start: int, end: int) -> bool:
    """Whether the name in `[start, end)` follows a post, a kind of person or an age, or speaks."""
    if text.endswith(_INTRODUCING, 0, start) or _AGED.fullmatch(text, max(0, start - 3), start):
        return True
    title = next((len(title) for title in _TITLES if text.startswith(title, end)), 0)
    return text.startswith(_VERBS, end) or text.startswith(_VERBS, end + title)
