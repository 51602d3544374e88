"""The list of articles a page at a time: what a page has is what looking at every article gives."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from rag.data_model.documents import Article, Paragraph, SourceFile, Span
from rag.language.text import fold
from rag.library.catalogue_queries import FACETS, MISSING, Sort, Sought
from rag.library.library import Library
from rag.library.records import NewDocument, StoredHead
from rag.library.reprints import Signature
from rag.library.schema import DATABASE, STEPS
from rag.library.storage import Database

BODY = "望海的渔港昨天开放，共有三千人到场。负责人说，今后三年还要再投入九百万元。" * 6


def document(n: int, chance: random.Random, *, version: str = "") -> NewDocument:
    title = f"{chance.choice(['大桥', '臺灣渔港', 'ＡＢＣ茶园', '夜校'])}{n}"
    authors = tuple(chance.sample(["何苇", "丁禾", '"引号"', "周舟"], chance.randint(0, 2)))
    text = f"{version}{BODY if n % 7 == 0 else f'第{n}篇讲的是{title}。' * chance.randint(1, 5)}"
    day = f"20{chance.randint(18, 24)}-0{chance.randint(1, 9)}-15"
    article = Article(
        article_id=f"a{n}{version}",
        title=title,
        paragraphs=(Paragraph(1, text, (Span(0, len(text)),)),),
        authors=authors,
        newspaper=chance.choice(["江州日报", "江州晚报", None]),
        date=chance.choice([day, day, None]),
        page="3",
    )
    name = f"第{n}号{chance.choice(['.txt', '.PDF', '.docx', ''])}"
    source = SourceFile(f"/in/{n}", name, f"{n}{version}", "utf-8", text)
    signature = Signature.of(text)
    signatures = {article.article_id: signature} if signature else {}
    return NewDocument(source, source.path, (article,), (), signatures=signatures)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    chance = random.Random(5)
    folder = tmp_path_factory.mktemp("catalogue")
    with Library.open(folder, write=True) as library:
        library.store([document(n, chance) for n in range(120)], "none")
        library.store([document(n, chance, version="新") for n in range(0, 30, 3)], "none")
        library.create_collection("工程")
        library.move("工程", [f"a{n}" for n in range(40, 60)])
        library.tag(["要闻"], [f"a{n}" for n in range(50, 70)])
        library.remove_all([f"a{n}" for n in range(100, 105)])
        library.remove_all(["a110"])
        library.purge_bin(["a110"])
    return folder


def keys_of(library: Library, sought: Sought, sort: Sort = "stored") -> list[int]:
    """All pages, seven rows at a time."""
    found: list[int] = []
    while page := library.sought_keys(sought, sort, 7, len(found)):
        found += page
    return found


def suffix(one: StoredHead) -> str:
    return f".{one.file.rpartition('.')[2].lower()}" if "." in one.file else ""


CASES: list[tuple[Sought, Callable[[StoredHead], bool]]] = [
    (Sought(), lambda _: True),
    (Sought(words="大桥"), lambda one: "大桥" in one.article.title),
    (Sought(words="台湾 渔港1"), lambda one: "臺灣渔港1" in one.article.title),
    (Sought(words="abc 晚报"), lambda one: "ＡＢＣ" in one.article.title
     and one.article.newspaper == "江州晚报"),
    (Sought(words="2020-0"), lambda one: (one.article.date or "").startswith("2020-0")),
    (Sought(words="第11号"), lambda one: one.file.startswith("第11号")),
    (Sought(newspaper="江州日报"), lambda one: one.article.newspaper == "江州日报"),
    (Sought(newspaper=MISSING), lambda one: one.article.newspaper is None),
    (Sought(year="2021"), lambda one: (one.article.date or "")[:4] == "2021"),
    (Sought(year=MISSING), lambda one: one.article.date is None),
    (Sought(author="何苇"), lambda one: "何苇" in one.article.authors),
    (Sought(author='"引号"'), lambda one: '"引号"' in one.article.authors),
    (Sought(author="何"), lambda _: False),
    (Sought(author=MISSING), lambda one: not one.article.authors),
    (Sought(format=".pdf"), lambda one: suffix(one) == ".pdf"),
    (Sought(format=MISSING), lambda one: suffix(one) == ""),
    (Sought(collection="工程"), lambda one: one.collection == "工程"),
    (Sought(tag="要闻", collection="工程"), lambda one: "要闻" in one.tags
     and one.collection == "工程"),
    (Sought(words="' OR 1=1 --"), lambda _: False),
    (Sought(words="%"), lambda _: False),
]  # fmt: skip


@pytest.mark.parametrize(("sought", "holds"), CASES, ids=range(len(CASES)))
def test_a_page_has_what_every_article_was_asked_for(
    data_dir: Path, sought: Sought, holds: Callable[[StoredHead], bool]
) -> None:
    with Library.open(data_dir) as library:
        wanted = [one.key for one in library.heads() if holds(one)]
        assert keys_of(library, sought) == wanted[::-1]
        assert library.count_sought(sought) == len(wanted)
        ids = [one.article.article_id for one in library.heads_by_key(wanted[::-1])]
        assert list(library.sought_ids(sought, 1000)) == ids
        assert list(library.sought_ids(sought, 2)) == ids[:2]
        assert [one.key for one in library.heads_by_key(wanted)] == wanted
        for sort in get_args(Sort):
            assert sorted(keys_of(library, sought, sort)) == wanted


def test_orders(data_dir: Path) -> None:
    with Library.open(data_dir) as library:
        heads = {one.key: one for one in library.heads()}

        def days(sort: Sort) -> list[str]:
            return [heads[key].article.date or "" for key in keys_of(library, Sought(), sort)]

        dated = sorted(filter(None, days("stored")))
        undated = [""] * (len(heads) - len(dated))
        assert days("newest") == dated[::-1] + undated
        assert days("oldest") == dated + undated
        papers = [heads[k].article.newspaper for k in keys_of(library, Sought(), "newspaper")]
        assert papers == sorted(papers, key=lambda name: (name is None, name or ""))


def test_facets_count_what_each_choice_would_leave(data_dir: Path) -> None:
    with Library.open(data_dir) as library:
        for sought in (Sought(), Sought(words="大桥", year="2020"), Sought(author="何苇")):
            facets = library.facets(sought)
            assert set(facets) == set(FACETS)
            for name, values in facets.items():
                assert len({one.value for one in values}) == len(values)
                for one in values:
                    fields = {slot: getattr(sought, slot) for slot in Sought.__slots__}
                    chosen = Sought(**fields | {name: one.value})
                    assert library.count_sought(chosen) == one.count, (name, one)


def test_titles_are_found_by_their_words_and_days_spanned(data_dir: Path) -> None:
    with Library.open(data_dir) as library:
        heads = library.heads()
        for words in ("大桥", "台湾 1", "abc", "江州日报", "%", ""):
            wanted = [
                one.key
                for one in heads
                if all(word in fold(one.article.title) for word in fold(words).split())
            ]
            assert list(library.titled_keys(words, 1000)) == wanted
            assert list(library.titled_keys(words, 3)) == wanted[:3]
        days = sorted(filter(None, (one.article.date for one in heads)))
        assert library.span_of_days() == (days[0], days[-1])
    with Library.open(data_dir.parent / "nothing") as empty:
        assert (empty.span_of_days(), list(empty.titled_keys("桥", 9))) == ((None, None), [])


def test_lists_are_counted_and_sorted_from_an_index_alone(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What makes a page of 100,000 articles take some tens of milliseconds."""
    asked: list[tuple[str, object]] = []
    read = Database.all

    def heard(self: Database, sql: str, values: object = ()) -> list[Any]:
        asked.append((sql, values))
        return read(self, sql, values)

    with Library.open(data_dir) as library:
        monkeypatch.setattr(Database, "all", heard)
        library.facets(Sought(format=".txt"))
        for sort in ("newspaper", "newest", "oldest"):
            library.sought_keys(Sought(), sort, 50, 20)
        library.count_sought(Sought(year="2020", newspaper="江州日报"))
        library.span_of_days()
        monkeypatch.undo()
        told = [
            row[3]
            for sql, values in asked
            if "FROM heads" in sql and "authors" not in sql
            for row in library._database.all(f"EXPLAIN QUERY PLAN {sql}", values)
            if "heads" in row[3]
        ]
    assert len(told) == 8
    assert [one for one in told if "COVERING INDEX" not in one] == []


def test_alike_and_superseded(data_dir: Path) -> None:
    with Library.open(data_dir) as library:
        heads = library.heads()
        groups = Counter(one.group for one in heads)
        several = {one.key for one in heads if groups[one.group] > 1}
        assert several
        shown = keys_of(library, Sought(view="alike"))
        assert set(shown) == several
        in_order = [one.group for one in library.heads_by_key(shown)]
        assert in_order == sorted(in_order, reverse=True)
        assert library.alike_counts(in_order) == {g: groups[g] for g in in_order}
        gone = library.heads_by_key(keys_of(library, Sought(view="superseded")))
        ids = {one.article.article_id for one in gone}
        assert ids == {f"a{n}" for n in range(0, 30, 3)} | {"a110"}
        newer = library.replaced([one.path for one in gone])
        assert newer == {f"/in/{n}" for n in range(0, 30, 3)}
        assert library.count_binned() == 5
        assert len(library.binned(limit=2)) == 2
        first = heads[0]
        assert library.namesakes(first.file, first.path) == ()
        assert first.article.article_id in library.namesakes(first.file, "/elsewhere")


def test_what_comes_back_from_the_bin_is_sought_as_before(tmp_path: Path) -> None:
    chance = random.Random(5)
    with Library.open(tmp_path, write=True) as library:
        library.store([document(n, chance) for n in range(8)], "none")
        before = [library.count_sought(Sought(words=f"第{n}号")) for n in range(8)]
        alike = library.count_sought(Sought(view="alike"))
        library.remove_all(["a0", "a3"])
        assert library.count_sought(Sought(words="第3号")) == 0
        library.restore(["a0", "a3"])
        assert [library.count_sought(Sought(words=f"第{n}号")) for n in range(8)] == before
        assert library.count_sought(Sought(view="alike")) == alike
        assert library.count_sought(Sought(view="superseded")) == 0


def test_a_library_of_before_is_sought_the_same(data_dir: Path, tmp_path: Path) -> None:
    """Made with the tables of before, of the rows that are there."""
    step = next(n for n, sql in enumerate(STEPS) if "ADD COLUMN sought" in sql)
    old = tmp_path / DATABASE
    Database(old, STEPS[:step], write=True).close()
    writer = Database(old, STEPS[:step], write=True)
    columns = "article, article_id, title, newspaper, day, page, authors, born, died, characters"
    with writer.transaction() as connection:
        connection.commit()
        connection.execute("ATTACH ? AS now", (str(data_dir / DATABASE),))
        connection.execute("BEGIN")
        for table in ("sources", "articles"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM now.{table}")
        connection.execute(f"INSERT INTO heads SELECT {columns} FROM now.heads")
        connection.execute("DELETE FROM commits")
        connection.execute("INSERT INTO commits SELECT * FROM now.commits")
        connection.execute("INSERT OR REPLACE INTO meta SELECT * FROM now.meta")
    writer.close()
    with Library.open(tmp_path) as brought, Library.open(data_dir) as now:
        for sought, _ in CASES:
            if not (sought.collection or sought.tag):
                assert keys_of(brought, sought) == keys_of(now, sought)
        assert brought.facets(Sought()) == now.facets(Sought())
        assert keys_of(brought, Sought(view="alike")) == keys_of(now, Sought(view="alike"))


def test_folding_is_that_of_the_search() -> None:
    assert fold("臺灣ＡＢＣ") == "台湾abc"
