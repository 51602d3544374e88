"""Tries a model that is set: loads it, shows it three sentences, takes time and memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from rag.data_model.documents import Span
from rag.errors import YoujuError
from rag.models.embedding import PassageInput
from rag.models.hub import CHOOSER, EMBEDDING, READER, RERANKER, Role
from rag.settings import Settings

QUESTION = "渡口每天有几班船？"
SENTENCES = ("渡口建在河湾的东岸。", "每天有六班船，早晚各三班。", "船票一元，老人和孩子免费。")
_RIGHT = 1


@dataclass(frozen=True, slots=True)
class Trial:
    """How a model did.

    Attributes:
        load_s, run_s: seconds to load it, and for the three sentences.
        memory: bytes that the process grew by, or that are taken on the device.
        best: which sentence it puts first, from 1; None where it chose none.
        right: whether that is the one that answers.
        error: why it could not be tried.
        reason: why a service gave nothing.
    """

    load_s: float = 0.0
    run_s: float = 0.0
    memory: int = 0
    best: int | None = None
    right: bool | None = None
    error: YoujuError | None = None
    reason: str = ""


def tried(role: Role, settings: Settings) -> Trial:
    """Load the model of a role and show it the three sentences."""
    if role == CHOOSER:
        return _chooser(settings)
    loaders = {EMBEDDING: _embedder, READER: _reader, RERANKER: _reranker}
    before = _memory()
    started = perf_counter()
    try:
        run = loaders[role](settings)
        run()  # the first time, libraries are imported and kernels chosen
        loaded = perf_counter()
        best = run()
    except YoujuError as error:
        return Trial(error=error)
    done = perf_counter()
    grown = max(_memory() - before, 0)
    right = best == _RIGHT
    return Trial(loaded - started, done - loaded, grown, best + 1, right)


def _embedder(settings: Settings) -> Callable[[], int]:
    from rag.models.opening import open_embedder

    embedder = open_embedder(settings.embedding)

    def run() -> int:
        found = embedder.embed_passages([PassageInput(text) for text in SENTENCES])
        (question,) = embedder.embed_queries([QUESTION])
        near = [float(vectors.passage @ question) for vectors in found]
        return near.index(max(near))

    return run


def _reader(settings: Settings) -> Callable[[], int]:
    from rag.models.reader import PassageReader, Reader

    reader: PassageReader
    if settings.reader.model:
        from rag.models.named_reader import NamedReader

        reader = NamedReader(settings.reader)
    else:
        reader = Reader.open(threads=settings.embedding.threads)

    def run() -> int:
        text, spans = "", []
        for sentence in SENTENCES:
            spans.append(Span(len(text), len(text) + len(sentence)))
            text += sentence
        (reading,) = reader.read(QUESTION, [PassageInput(text, tuple(spans))])
        return reading.evidence.index(max(reading.evidence))

    return run


def _reranker(settings: Settings) -> Callable[[], int]:
    from rag.models.named_reranker import NamedReranker

    reranker = NamedReranker(settings.reranker)

    def run() -> int:
        return int(reranker.scores(QUESTION, SENTENCES).argmax())

    return run


def _chooser(settings: Settings) -> Trial:
    """One call of the service; its words count as little as ever."""
    from rag.evidence.choosing import Numbered
    from rag.evidence.endpoint import EndpointChooser

    started = perf_counter()
    try:
        chooser = EndpointChooser(settings.chooser)
    except YoujuError as error:
        return Trial(error=error)
    choice = chooser.choose(QUESTION, [Numbered("《渡口》", text) for text in SENTENCES])
    run_s = perf_counter() - started
    best = choice.ids[0] if choice.ids else None
    reason = "" if choice.outcome in {"chosen", "none"} else choice.outcome
    return Trial(run_s=run_s, best=best, right=best == _RIGHT + 1, reason=reason)


def _memory() -> int:
    """Bytes that this process takes, graphics memory included."""
    import sys

    import psutil

    taken = int(psutil.Process().memory_info().rss)
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        taken += int(torch.cuda.memory_allocated())
    return taken
