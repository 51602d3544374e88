"""What a page says of its articles, parts and people outside the running text, quoted from there.

Who wrote an article and who took part stands in bylines and lists of guests; on what day and page
it appeared, in the page's head. Such lines have no sentence for a scorer to find.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from rag.data_model.documents import Sentence, Span, day_of
from rag.language.names import (
    POST,
    SAYING,
    WORKERS,
    listed_name,
    listed_post,
    named,
    possible_names,
)
from rag.language.naming import qualifiers_in
from rag.language.text import fold, numbered_sentences, occurrences, sentence_spans, trim_span
from rag.library.records import StoredArticle
from rag.question.understanding import ParsedQuestion, content_words
from rag.quoting.part_quotes import find_parts
from rag.quoting.quotes import SURE, LineQuote, Quotable, Quote, whole_paragraph
from rag.quoting.roles import ASKS_ROLE, asked_role, listed_people, nouns_before, under
from rag.quoting.row_facts import find_rows, find_told_row
from rag.retrieval.candidates import Candidate
from rag.rules.posts import other_body
from rag.rules.qualifiers import another_told

_MOST_ARTICLES = 5
_LINES_OVER = 6
"""Lines over an article that may name its column."""
_POST_WORDS = "工作单位|单位|职务|身份|头衔|职位|职业|职称|机构|部门|来历"
_ASKS_POST = (
    rf"{{name}}(?:的(?:{_POST_WORDS}))?(?:现在|目前)?(?:是|担任|任|在|属于|来自)?"
    rf"(?:什么|哪个|哪家|哪里|哪儿|哪一?位|何许|做什么|干什么)?(?:{_POST_WORDS}|人|谁)?"
    r"(?:的|工作|任职|供职|什么|哪里|哪个|谁|啊|呀)*$"
)
_ASKS_WORK = re.compile(rf"{_POST_WORDS}|工作|任职|供职|担任")
"""A byline tells that somebody wrote, and nothing of his work."""
_ASKS_HOLDER = re.compile(
    rf"^谁(?:是|担任|任|当)(?P<a>.{{2,40}}?(?:{POST}))$|^(?P<b>.{{2,40}}?(?:{POST}))(?:(?:是|由)(?:谁|哪位)(?:担任)?|叫什么(?:名字)?)$"
)
_HELD_POST = re.compile(rf"(?P<where>.*?)的?(?P<post>副?(?:{POST}))")
_GOES_ON = re.compile(rf"(?:{SAYING})|[，,、。;；:：（()）]|等|[说在为从曾将已是]|先生|女士")
"""What follows a whole name."""
_ASKS_AUTHOR = re.compile(
    r"(?:作者|撰稿人|撰文者|执笔人?|记者)(?:分别|都)?(?:是|有|叫|为)?(?:谁|哪[些几]?[位人个]?|什么名字|何人)"
    r"|(?:谁|哪[一几]?位(?:记者|作者)?|什么人|何人)(?:采?写|撰写|采访|报道)(?:了|的)?"
    r"|(?:由|是)?(?:谁|哪[一几]?位(?:记者|作者)?|何人)(?:采?写|撰写|执笔|撰稿)的?"
    r"|谁是(?:.{0,20}的)?(?:作者|记者|撰稿人)"
)
_PUBLISHED = "刊登|刊发|登载|发表|见报|登|刊载"
_ASKS_DAY = re.compile(
    rf"(?:{_PUBLISHED}).{{0,6}}?(?:什么时[候间]|哪一?[天日]|何时|几[月日号])"
    rf"|(?:什么时[候间]|哪一?[天日]|何时|几[月日号]).{{0,4}}?(?:{_PUBLISHED}|报纸|的报)"
)
_ASKS_PAGE = re.compile(rf"第?几版|哪一?个?版面?|(?:{_PUBLISHED})(?:在|于)(?:哪里|哪儿|什么报)")
_ASKS_PAPER = re.compile(r"(?:哪份|哪家|哪张|什么|哪个)报(?:纸|社)?")
_ABOUT_ARTICLES = re.compile(
    rf"(?:这|那|该|本)?(?:几|两|一)?篇?(?:文章|报道|评论|访谈|对话|稿件?|新闻|消息|文字|圆桌)|报纸|(?:{_PUBLISHED})|采?写"
)
_BOXES = "链接|名词解释|关键词|小贴士|知识窗|知识点|小词典|小知识|延伸阅读|概念|名词|术语|词语"
_ASKS_BOX = re.compile(
    rf"(?:{_BOXES}).{{0,8}}?(?:解释|介绍|说明|列|讲|收|提)(?:了|到)?(?:哪[些几]|什么)"
    rf"|(?:解释|介绍|说明|列出)了?哪[些几]个?(?:{_BOXES})|(?:链接|名词解释).{{0,4}}?(?:有|是)(?:哪[些几]|什么)"
)
_BOX_SECTION = re.compile(r"^\s*[（(]?\d{1,2}[)）.．、]?\s*\S")
_BRINGS = re.compile("^.*(?:由|请|据|让|给|被)(?=.{2})")
_POST_AT_END = re.compile(f"(?:{POST})$")
_AFFILIATION = re.compile(r"^[（(]?(?:本文)?(?:作者|撰稿人)(?:单位|简介|系|为|是|分别|现任|[:：])")
_BYLINE_MARK = re.compile(r"[□■◇◆○●▲△☐◎◻▢]\s{0,4}(?=\S)")
"""Printed before a name to catch the eye; no part of it."""
_DATE_MARK = r"{y}\s*[年\-/.]\s*0?{m}\s*[月\-/.]\s*0?{d}(?!\d)日?"


@dataclass(frozen=True, slots=True)
class Facts:
    """Quotes that answer a question about articles or people; `short` are the few characters.

    `last`: they answer only where nothing else does.
    """

    quotes: tuple[Quotable, ...]
    short: str | None = None
    last: bool = False


SourceText = Callable[[StoredArticle], str]


def find_facts(
    question: ParsedQuestion, candidates: Sequence[Candidate], source: SourceText, max_quote: int
) -> Facts | None:
    """The lines that answer, or None where the question is not about articles and their people.

    Args:
        question: as understood.
        candidates: passages found, best first; their articles are looked at in that order.
        source: gives the decoded file of an article.
        max_quote: characters that are quoted, aimed at.
    """
    articles = list({c.hit.stored.key: c.hit.stored for c in candidates}.values())
    if parts := find_parts(question, articles, source, max_quote):
        return Facts(parts)
    if rows := find_rows(question, articles, max_quote):
        return Facts(*rows)
    for find_listed in (_holder, _boxes):
        if facts := find_listed(question, articles):
            return facts
    for find in (_post, _role, _author, _publication):
        if facts := find(question, articles, source):
            return facts
    if told := find_told_row(question, articles, max_quote):
        return Facts(*told, last=True)
    return None


def _post(
    question: ParsedQuestion, articles: Sequence[StoredArticle], source: SourceText
) -> Facts | None:
    """Who somebody is: from a list of guests, a note on the author, or the post before a name."""
    bare = question.searched.rstrip("?!。 ")
    for name in named(bare, [stored.article for stored in articles]):
        if not re.search(_ASKS_POST.replace("{name}", re.escape(name)), bare) or bare == name:
            continue
        for find in (_listed, _affiliated, _titled):
            for stored in articles:
                if facts := find(name, stored):
                    return facts
        if _ASKS_WORK.search(bare):
            continue
        for find in (_working, _apposed):
            for stored in articles:
                if facts := find(name, stored):
                    return facts
        for stored in articles:
            if name in map(fold, stored.article.authors) and (line := _byline(stored, source)):
                return Facts((line,))
    return None


def _holder(question: ParsedQuestion, articles: Sequence[StoredArticle]) -> Facts | None:
    """Who on a list of people, or else in the text, holds a post."""
    match = _ASKS_HOLDER.match(question.searched.rstrip("?!。 "))
    asked = (match.group("a") or match.group("b")) if match else ""
    terms = content_words(asked)
    for stored in articles if terms else ():
        for paragraph in stored.article.paragraphs:
            post = fold(listed_post(paragraph) or "")
            if post and all(term in post for term in terms) and _of_it(asked, post, stored):
                return Facts((whole_paragraph(stored, paragraph.n),), listed_name(paragraph))
    found = (_introduced(asked, stored) for stored in articles if terms)
    return next(filter(None, found), None)


def _introduced(asked: str, stored: StoredArticle) -> Facts | None:
    """The first sentence that gives a name after the post, if it is the post of what is asked."""
    article = stored.article
    held = _HELD_POST.fullmatch(asked)
    if held is None:
        return None
    where = content_words(held["where"])
    for sentence in numbered_sentences(article.text, article.paragraph_starts):
        text = fold(article.text[sentence.start : sentence.end])
        about = f"{fold(article.title)}\n{text}"
        name = _named_after(held["post"], text)
        its = all(word in about for word in where) and not other_body(asked, text, article)
        if name and its and _of_it(asked, text, stored):
            return Facts((_sentence(stored, sentence),), name)
    return None


def _of_it(asked: str, text: str, stored: StoredArticle) -> bool:
    """Whether a folded text tells of the very one that is asked for: 三车间 and not 四车间."""
    limits = qualifiers_in(asked)
    return another_told(limits, (text, fold(stored.article.title)), stored.article) is None


def _named_after(post: str, text: str) -> str | None:
    """The name that follows a post in a folded text; 副局长 is not 局长."""
    for at in occurrences(post, text):
        end = at + len(post)
        for name in possible_names(text[end : end + 4]) if not text.endswith("副", 0, at) else ():
            if text.startswith(name, end) and _GOES_ON.match(text, end + len(name)):
                return name
    return None


def _listed(name: str, stored: StoredArticle) -> Facts | None:
    for paragraph in stored.article.paragraphs:
        if fold(listed_name(paragraph) or "") == name:
            return Facts((whole_paragraph(stored, paragraph.n),), listed_post(paragraph))
    return None


def _affiliated(name: str, stored: StoredArticle) -> Facts | None:
    if name not in map(fold, stored.article.authors):
        return None
    notes = [p for p in stored.article.paragraphs if _AFFILIATION.match(p.text)]
    return Facts((whole_paragraph(stored, notes[-1].n),)) if notes else None


def _own_post(post: str) -> str:
    """A post without whom stands before it in a list, and without what brings it in."""
    *others, own = _BRINGS.sub("", post).split("、")
    for other in reversed(others):  # 书记、局长 are one person's, 主任某某 is another's
        if not _POST_AT_END.search(other):
            break
        own = f"{other}、{own}"
    return own


def _titled(name: str, stored: StoredArticle, kinds: str = POST) -> Facts | None:
    """The first sentence that gives a post before the name, or another of some `kinds`."""
    article = stored.article
    pattern = re.compile(rf"(?P<post>[\u4e00-\u9fff、]{{0,30}}?(?:{kinds})){re.escape(name)}")
    for sentence in numbered_sentences(article.text, article.paragraph_starts):
        if match := pattern.search(article.text[sentence.start : sentence.end]):
            return Facts((_sentence(stored, sentence),), _own_post(match.group("post")))
    return None


def _working(name: str, stored: StoredArticle) -> Facts | None:
    return _titled(name, stored, f"[{WORKERS}]")


def _apposed(name: str, stored: StoredArticle) -> Facts | None:
    """The first sentence in which nothing but nouns opens a clause before the name."""
    article = stored.article
    for sentence in numbered_sentences(article.text, article.paragraph_starts):
        if who := nouns_before(name, article.text[sentence.start : sentence.end]):
            return Facts((_sentence(stored, sentence),), who)
    return None


def _role(
    question: ParsedQuestion, articles: Sequence[StoredArticle], source: SourceText
) -> Facts | None:
    """Everybody on the list of people under the role that is asked for."""
    role = asked_role(question.own)
    if role is None:
        return None
    for stored in _about(question, articles, ASKS_ROLE, source):
        people = [one for one in listed_people(stored, source(stored)) if under(role, one.role)]
        if people:
            short = people[0].name if len(people) == 1 else None
            return Facts(tuple(whole_paragraph(stored, one.n) for one in people), short)
    return None


def _boxes(question: ParsedQuestion, articles: Sequence[StoredArticle]) -> Facts | None:
    """The first sentence of each numbered note of a box of explanations."""
    if not _ASKS_BOX.search(question.own):
        return None
    for stored in articles:
        article = stored.article
        sections: dict[str, int] = {}
        for paragraph in article.paragraphs:
            if (
                paragraph.section
                and not paragraph.speaker
                and _BOX_SECTION.match(paragraph.section)
            ):
                sections.setdefault(paragraph.section, paragraph.n)
        if len(sections) > 1:
            return Facts(tuple(_opening(stored, n) for n in sections.values()))
    return None


def _opening(stored: StoredArticle, n: int) -> Quote:
    whole = whole_paragraph(stored, n)
    first = sentence_spans(whole.text)[0]
    return replace(whole, end=whole.start + first.end)


def _author(
    question: ParsedQuestion, articles: Sequence[StoredArticle], source: SourceText
) -> Facts | None:
    """The bylines of the articles that are meant."""
    if not _ASKS_AUTHOR.search(question.own):
        return None
    about = _about(question, articles, _ASKS_AUTHOR)
    lines = [line for stored in about if (line := _byline(stored, source))]
    if not lines:
        return None
    authors = lines[0].stored.article.authors
    return Facts(tuple(lines), authors[0] if len(lines) == len(authors) == 1 else None)


def _byline(stored: StoredArticle, source: SourceText) -> LineQuote | None:
    """The line before the text, or its opening, that names all authors."""
    authors = ["".join(author.split()) for author in stored.article.authors]
    first = stored.article.paragraphs[0].spans[0]
    text = source(stored)
    if not authors:
        return None
    for span in (*_lines_before(text, first.start), first):
        line = text[span.start : span.end]
        if all(author in "".join(line.split()) for author in authors):
            end = line.find("）") + 1 if span is first and "）" in line[:60] else len(line)
            mark = _BYLINE_MARK.match(line, 0, end)
            start = mark.end() if mark else 0
            told = Span(span.start + start, span.start + end)
            return LineQuote(stored, 1, told, line[start:end], SURE)
    return None


def _publication(
    question: ParsedQuestion, articles: Sequence[StoredArticle], source: SourceText
) -> Facts | None:
    """The page's head, where it gives the day, page or paper that is asked for."""
    for asks, told in (
        (_ASKS_DAY, _tells_day),
        (_ASKS_PAGE, _tells_page),
        (_ASKS_PAPER, _tells_paper),
    ):
        if not asks.search(question.own):
            continue
        for stored in _about(question, articles, asks):
            text = source(stored)
            for span in _lines_before(text, stored.article.paragraphs[0].spans[0].start):
                line = text[span.start : span.end]
                if short := told(stored, line):
                    return Facts((LineQuote(stored, 1, span, line, SURE),), short)
    return None


def _tells_day(stored: StoredArticle, line: str) -> str | None:
    known = day_of(stored.article.date or "")
    if known is None:
        return None
    year, month, day = known
    match = re.search(_DATE_MARK.format(y=year, m=month, d=day), line)
    return match.group() if match else None


def _tells_page(stored: StoredArticle, line: str) -> str | None:
    page = re.escape(stored.article.page or "-")
    match = re.search(rf"(?:第\s*)?(?<![0-9A-Za-z])0?{page}\s*版", line)
    return match.group() if match else None


def _tells_paper(stored: StoredArticle, line: str) -> str | None:
    paper = stored.article.newspaper
    return paper if paper and paper in line else None


def _lines_before(text: str, end: int) -> Iterator[Span]:
    """Lines that end before `end`, from there backwards."""
    while end > 0:
        start = text.rfind("\n", 0, end - 1) + 1
        if span := trim_span(text, start, end):
            yield span
        end = start


def _about(
    question: ParsedQuestion,
    articles: Sequence[StoredArticle],
    asks: re.Pattern[str],
    source: SourceText | None = None,
) -> Sequence[StoredArticle]:
    """The article that the question's other words are about; without such words, the first few.

    With `source`, the lines over the article count too: a column's name may stand there alone.
    """
    topic = _ABOUT_ARTICLES.sub(" ", asks.sub(" ", question.searched))
    terms = content_words(topic)
    if not terms:
        return articles[:_MOST_ARTICLES]
    for stored in articles:
        text = f"{stored.article.title}\n{stored.article.text}"
        if source is not None:
            whole, first = source(stored), stored.article.paragraphs[0].spans[0].start
            over = islice(_lines_before(whole, first), _LINES_OVER)
            text += "\n" + "\n".join(whole[span.start : span.end] for span in over)
        folded = fold(text)
        if all(term in folded for term in terms):
            return (stored,)
    return ()


def _sentence(stored: StoredArticle, sentence: Sentence) -> Quote:
    return Quote(stored, sentence.paragraph, sentence.start, sentence.end, SURE, chosen="fact")
