"""Examines a data directory, and makes again what can be made from the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.errors import LibraryError, ModelError, YoujuError
from rag.evidence.calibration import open_calibration
from rag.evidence.decision import Decision
from rag.library.library import Library
from rag.models.embedding import Embedder, passage_input
from rag.models.hub import READER, RERANKER, folder_of, named, read_config
from rag.models.networks import kind_of, with_form
from rag.models.opening import open_embedder
from rag.models.placing import device_of
from rag.models.reader import check_reader
from rag.proof.verification import unproven_articles, unproven_passages
from rag.retrieval.stores import IndexStore, open_store
from rag.settings import Settings

_BATCH = 256
_NAMED = 5
_HELP = "请从备份恢复（youju restore），或在新的数据目录里重新导入"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str


def examine(
    settings: Settings,
    *,
    rebuild: bool = False,
    embedder: Embedder | None = None,
    shared: bool = True,
) -> list[Check]:
    """Look at library, models, vectors and indexes; with `rebuild`, make vectors and indexes again.

    A library that cannot be read ends the examination; nothing else does.

    Args:
        settings: names the data directory and the models.
        rebuild: embed what this model never embedded or what is damaged, delete what no search
            needs any more, and build the indexes anew; those of before stay until these stand.
        embedder: in place of the one that the settings name.
        shared: whether an engine that others search too is looked at and filled as well.
    """
    checks: list[Check] = []
    try:
        with Library.open(settings.data_dir, write=rebuild) as library:
            checks.extend(_of_articles(library))
            store = open_store(settings.library) if shared or not settings.library.url else None
            checks.extend(_of_the_rest(library, settings, rebuild, embedder, store))
    except LibraryError as error:
        checks.append(_failed("文章库", error))
    return checks


def _of_articles(library: Library) -> Iterator[Check]:
    problems = library.integrity()
    counts = library.counts()
    size = f"{counts.files} 个文件，{counts.articles} 篇文章，{counts.passages} 个片段"
    yield Check("文章库", ok=not problems, detail="；".join(problems[:3]) or size)
    broken = library.broken_seals()
    detail = f"这些表与写入时不同（磁盘上有字节变了）：{'、'.join(broken)}。{_HELP}"
    yield Check("记录", ok=not broken, detail=detail if broken else "每一行都与写入时一致")
    yield _named("原文", unproven_articles(library), "每段文字都与来源文件一致")
    if originals := list(library.damaged_originals()):
        files = [source.name for sha in originals if (source := library.source(sha))]
        detail = f"{len(originals)} 个原件与存入时不同：{'、'.join(files[:_NAMED])}。{_HELP}"
        yield Check("原件", ok=False, detail=detail)
    yield _named("片段", unproven_passages(library), "每个片段都与它的文章一致")
    shelves = f"{len(library.collections())} 个，每篇文章都在其中一个里"
    yield _named("文集", library.uneven_shelves(), shelves)
    yield _bin(library)


def _bin(library: Library) -> Check:
    """What can be put back still has its passages, or it would come back without."""
    binned = library.binned()
    broken = library.broken_binned()
    if broken:
        return _named("回收站", broken, "")
    detail = "是空的"
    if binned:
        until = binned[-1].kept_until.astimezone()
        detail = f"{len(binned)} 篇，最早的一篇留到 {until:%Y-%m-%d}"
    return Check("回收站", ok=True, detail=detail)


def _named(name: str, wrong: Sequence[str], sound: str) -> Check:
    if not wrong:
        return Check(name, ok=True, detail=sound)
    ids = "、".join(wrong[:_NAMED]) + ("等" if len(wrong) > _NAMED else "")
    return Check(name, ok=False, detail=f"{len(wrong)} 篇文章对不上：{ids}。{_HELP}")


def _of_the_rest(
    library: Library,
    settings: Settings,
    rebuild: bool,
    embedder: Embedder | None,
    store: IndexStore | None,
) -> Iterator[Check]:
    """Models, vectors and indexes; where a model cannot be had, what it made is looked at still."""
    try:
        embedder = embedder or open_embedder(settings.embedding)
        model = embedder.fingerprint
        yield Check("向量模型", ok=True, detail=model)
    except ModelError as error:
        model = library.meta("model") or ""
        yield _failed("向量模型", error)
    if settings.answer.scorer == "reader":
        yield _named_reader(settings) if settings.reader.model else _reader()
    if settings.reranker.model:
        yield _reranker(settings)
    if settings.chooser.url:
        where = f"{settings.chooser.place}，模型 {settings.chooser.model}"
        yield Check("选句服务", ok=True, detail=f"{where}；没有连接，用 youju models --try 试")
    if rebuild and embedder is not None:
        yield _rebuilt(library, embedder, store)
    damaged = len(list(library.damaged_vectors(model)))
    missing = len(library.without_vectors(model))
    wrong = [f"{missing} 个片段没有向量"] * bool(missing)
    wrong += [f"{damaged} 份向量与存入时不同（磁盘上有字节变了）"] * bool(damaged)
    detail = "；".join(wrong) + "。请运行 youju doctor --rebuild" if wrong else "每个片段都有向量"
    yield Check("向量", ok=not wrong, detail=detail)
    if store is None:
        return
    problem = store.problem(library, model)
    yield Check("索引", ok=problem is None, detail=problem or "与文章库一致")


def _reader() -> Check:
    try:
        Decision.open()
        return Check("阅读模型", ok=True, detail=check_reader())
    except ModelError as error:
        return _failed("阅读模型", error)


def _named_reader(settings: Settings) -> Check:
    """Files and calibration of a reader of the user's choice; no model is loaded for it."""
    model = settings.reader.model
    try:
        folder = folder_of(model, READER, fetch=False)
        if kind_of(read_config(model, folder, READER)) is None:
            raise READER.unusable(model, "不是抽取式问答或标句子的模型")
        device = device_of(settings.reader, "reader")
        name = with_form(named(model, folder, READER), settings.reader, device, folder)
        found = open_calibration(name, folder, settings.data_dir)
    except ModelError as error:
        return _failed("阅读模型", error)
    if found.path:
        return Check("阅读模型", ok=True, detail=f"{name}，{found.decision.version}")
    why = "它的校准是为另一份文件做的" if found.stale else "还没有校准"
    detail = f"{name}，{why}：请运行 youju calibrate QUESTIONS --write"
    return Check("阅读模型", ok=found.stale is None, detail=detail)


def _reranker(settings: Settings) -> Check:
    model = settings.reranker.model
    try:
        folder = folder_of(model, RERANKER, fetch=False)
        device = device_of(settings.reranker, "reranker")
        name = named(model, folder, RERANKER)
        detail = with_form(name, settings.reranker, device, folder)
        return Check("重排模型", ok=True, detail=detail)
    except ModelError as error:
        return _failed("重排模型", error)


def _rebuilt(library: Library, embedder: Embedder, store: IndexStore | None) -> Check:
    model = embedder.fingerprint
    library.drop_vectors(list(library.damaged_vectors(model)), model)
    embed_missing(library, embedder)
    purged = library.purge(model)
    if store is not None:
        store.rebuild(library, model, embedder.dimension)
    detail = f"清理了 {purged.passages} 个旧片段、{purged.vectors} 份旧向量"
    return Check("旧数据", ok=True, detail=detail)


def _failed(name: str, error: YoujuError) -> Check:
    return Check(name, ok=False, detail=f"{error.message_zh}（{error.code}）{error.hint_zh}")


def embed_missing(library: Library, embedder: Embedder) -> int:
    """Embed the passages that this model has not embedded yet; how many there were."""
    missing = library.without_vectors(embedder.fingerprint)
    for start in range(0, len(missing), _BATCH):
        batch = missing[start : start + _BATCH]
        articles = library.articles_by_key(sorted({item.article_key for item in batch}))
        inputs = [passage_input(articles[item.article_key].article, item.passage) for item in batch]
        matrices = [vectors.matrix for vectors in embedder.embed_passages(inputs)]
        digests = [item.digest for item in batch]
        library.store_vectors(digests, matrices, embedder.fingerprint)
    return len(missing)
