"""Recomputes an answer's proof: quotes from the stored file, all other words from templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.data_model.answers import Answer, Citation
from rag.data_model.documents import Article, Span, spans_text
from rag.language.text import fold
from rag.library.library import Library
from rag.library.records import StoredPassage
from rag.library.reprints import holds
from rag.models.embedding import passage_input
from rag.question.mentions import mentions
from rag.wording.rendering import answer_text, refusal_message


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as the answer says; `citation` is its number, if it is about one."""

    message: str
    citation: int | None = None


def verify(answer: Answer, library: Library) -> list[Finding]:
    """What does not hold; empty means that every character is proven."""
    findings = list(_citations(answer.citations, library))
    if answer.refusal:
        findings += _citations(answer.refusal.nearest, library)
    findings += _collections(answer, library)
    findings += _statements(answer)
    findings += _sub_questions(answer)
    findings += _corrections(answer)
    findings += _overview(answer, library)
    findings += _bridged(answer)
    if not findings:
        findings += _text(answer)
    return findings


def _citations(citations: tuple[Citation, ...], library: Library) -> Iterator[Finding]:
    for at, citation in enumerate(citations, start=1):
        if citation.n != at:
            yield Finding(f"引文编号应为 {at}，却是 {citation.n}", citation.n)
        yield from _quote(citation, library)
        if not any(_is_from(v.article, citation) for v in library.versions(citation.article_id)):
            yield Finding("标题、作者、报纸、日期、版次、小标题或说话人与文章不符", citation.n)


def _is_from(article: Article, citation: Citation) -> bool:
    """Whether a citation says of an article, and of the paragraph, what these are."""
    if not 1 <= citation.paragraph <= len(article.paragraphs):
        return False
    paragraph = article.paragraphs[citation.paragraph - 1]
    said = (citation.section, citation.speaker, citation.speaker_title)
    told = (paragraph.section, paragraph.speaker, paragraph.speaker_title)
    whole = ("title", "title_inferred", "authors", "newspaper", "date", "page")
    return said in {told, (None, None, None)} and all(
        getattr(article, name) == getattr(citation, name) for name in whole
    )


def _quote(citation: Citation, library: Library) -> Iterator[Finding]:
    source = library.source(citation.source.sha256, citation.source.file)
    if source is None:
        yield Finding(f"文章库里没有来源文件 {citation.source.file}", citation.n)
        return
    spans = tuple(Span(start, end) for start, end in citation.source.spans)
    ordered = all(0 <= s.start < s.end <= len(source.text) for s in spans)
    if not spans or not ordered or spans_text(source.text, spans) != citation.quote:
        yield Finding("引文与来源文件的文字不一致", citation.n)
    for article_id in citation.reprints:
        versions = library.versions(article_id)
        if not any(holds(v.article, citation.quote, citation.paragraph) for v in versions):
            yield Finding(f"所说的转载 {article_id} 里没有这句话", citation.n)


def _collections(answer: Answer, library: Library) -> Iterator[Finding]:
    """Where each article was in the answer's generation, or is, if it came only after that."""
    cited = [*answer.citations, *(answer.refusal.nearest if answer.refusal else ())]
    named = [citation for citation in cited if citation.collection]
    if not named:
        return
    ids = sorted({citation.article_id for citation in named})
    known = library.collections_of(ids, library.generation)
    known |= library.collections_of(ids, answer.receipt.generation)
    for citation in named:
        if known.get(citation.article_id) != citation.collection:
            yield Finding(f"这一篇不在文集“{citation.collection}”里", citation.n)


def _statements(answer: Answer) -> Iterator[Finding]:
    quotes = {citation.n: citation.quote for citation in answer.citations}
    used: set[int] = set()
    for statement in answer.statements:
        used.update(statement.citations)
        if not statement.citations or not used <= quotes.keys():
            yield Finding(f"有一句没有引文：{statement.text}")
        elif statement.text != "".join(quotes[n] for n in statement.citations):
            yield Finding(f"有一句与它的引文不同：{statement.text}", statement.citations[0])
    if answer.answered != bool(answer.statements or answer.talk) or answer.answered == bool(
        answer.refusal
    ):
        yield Finding("作答与拒答的标记自相矛盾")
    if quotes.keys() - used:
        yield Finding(f"有引文没有用到：{sorted(quotes.keys() - used)}")
    if answer.short_answer and not any(answer.short_answer in q for q in quotes.values()):
        yield Finding(f"简答不在引文里：{answer.short_answer}")


def _sub_questions(answer: Answer) -> Iterator[Finding]:
    """Each of several questions: its sentences are there, and its short answer is in them."""
    said = dict(enumerate(statement.text for statement in answer.statements))
    for sub in answer.sub_questions:
        own = [said.get(n) for n in sub.statements]
        if (sub.status == "answered") != bool(own) or None in own:
            yield Finding(f"“{sub.question}”作答与拒答的标记自相矛盾")
        elif sub.short_answer and not any(sub.short_answer in (text or "") for text in own):
            yield Finding(f"简答不在引文里：{sub.short_answer}")


def _corrections(answer: Answer) -> Iterator[Finding]:
    for slip in answer.corrections:
        if slip.searched not in answer.searched_question:
            yield Finding(f"说是按“{slip.searched}”查找，检索的问题里却没有")


def _bridged(answer: Answer) -> Iterator[Finding]:
    for one in answer.bridged:
        if fold(one.asked) not in answer.searched_question:
            yield Finding(f"说是为“{one.asked}”查找，检索的问题里却没有")


def _text(answer: Answer) -> Iterator[Finding]:
    """The whole text again, from its parts."""
    if answer.refusal and answer.refusal.message != refusal_message(answer):
        yield Finding("拒答的话不是模板里的话")
    if answer.text != answer_text(answer):
        yield Finding("答案里有既非引文、也非模板的文字")


def _overview(answer: Answer, library: Library) -> Iterator[Finding]:
    """A list's numbers, counted again in the generation that it was made of."""
    overview = answer.overview
    if overview is None:
        return
    generation = answer.receipt.generation
    if library.count_listed(overview.listing, generation) != overview.total:
        yield Finding("所说的篇数与文章库不符")
    counts = {(s.newspaper, s.date): s.count for s in library.shelves(overview.listing, generation)}
    cited = {citation.n: citation for citation in answer.citations}
    for group in overview.groups:
        if counts.get((group.newspaper, group.date)) != group.count:
            yield Finding(f"{group.newspaper or ''}{group.date or ''} 的篇数与文章库不符")
        for n in group.citations:
            citation = cited.get(n)
            if citation is None or (citation.newspaper, citation.date) != (
                group.newspaper,
                group.date,
            ):
                yield Finding("有一篇归错了报纸或日期", n)
    if overview.topic:
        for citation in answer.citations:
            versions = library.versions(citation.article_id)
            if not any(mentions(version.article, overview.topic) for version in versions):
                yield Finding(f"这一篇没有写到“{overview.topic}”", citation.n)


def unproven_passages(library: Library) -> list[str]:
    """Ids of articles whose passages are not cut from their text, or not what was embedded."""
    unproven = []
    generation = library.generation
    for stored in library.articles():
        article = stored.article
        passages = library.passages_of_articles([stored.key], generation)
        whole = "".join(item.passage.text for item in passages) == article.text
        if not whole or not all(_is_cut_from(item, article) for item in passages):
            unproven.append(article.article_id)
    return unproven


def _is_cut_from(item: StoredPassage, article: Article) -> bool:
    passage = item.passage
    return (
        passage.article_id == article.article_id
        and article.text[passage.start : passage.end] == passage.text
        and item.digest == passage_input(article, passage).digest
    )


def unproven_articles(library: Library) -> list[str]:
    """Ids of articles with a paragraph that its source file does not spell."""
    unproven = []
    for stored in library.articles():
        source = library.source_of(stored.key)
        if any(spans_text(source.text, p.spans) != p.text for p in stored.article.paragraphs):
            unproven.append(stored.article.article_id)
    return unproven
