"""Who takes part: ours, and those whose packages are installed."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import cast

from eval.peers.peer import Peer, Place


@dataclass(frozen=True, slots=True)
class Entrant:
    """A system that can take part.

    Attributes:
        name: in figures.
        label: as people read it.
        module, made_by: where its `Peer` is, in this package.
        packages: without which it cannot; the first one's version is told.
    """

    name: str
    label: str
    module: str
    made_by: str
    packages: tuple[str, ...]

    @property
    def lacking(self) -> tuple[str, ...]:
        """Its packages that are not installed."""
        return tuple(package for package in self.packages if not version_of(package))

    @property
    def version(self) -> str:
        """Of the first package."""
        return version_of(self.packages[0])

    def open(self, place: Place) -> Peer:
        """The system over its store."""
        module = importlib.import_module(f"eval.peers.{self.module}")
        return cast("Peer", getattr(module, self.made_by)(place))


OURS = Entrant("youju", "有据", "youju", "Youju", ("youju",))
_SPLITTERS = "langchain-text-splitters"
PEERS = (
    Entrant(
        "langchain_memory",
        "LangChain（内存）",
        "langchain",
        "LangChainMemory",
        ("langchain-core", _SPLITTERS),
    ),
    Entrant(
        "langchain_faiss",
        "LangChain + FAISS",
        "langchain",
        "LangChainFaiss",
        ("langchain-community", "faiss-cpu", "langchain-core", _SPLITTERS),
    ),
    Entrant("llama_index", "LlamaIndex", "llama_index", "LlamaIndex", ("llama-index-core",)),
    Entrant("haystack", "Haystack（向量）", "haystack", "Haystack", ("haystack-ai",)),
    Entrant("haystack_hybrid", "Haystack（混合）", "haystack", "HaystackHybrid", ("haystack-ai",)),
    Entrant("txtai", "txtai（混合）", "txtai", "Txtai", ("txtai",)),
)


def version_of(package: str) -> str:
    """Of an installed package; empty where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
