"""`python -m eval.evidence_training features|decision QUESTIONS… --articles … --squad …`.

`features` is fitted on questions for training, `decision` on those that the reader was not trained
on (`calibrate`); both are checked on `dev`. Figures are printed, no texts.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from eval.evidence_training.cases import Case, cases, finder
from eval.evidence_training.material import Material, Wanted, small_libraries, some_removed
from rag.models.reader import READER

if TYPE_CHECKING:
    from eval.evidence_training.weighing import Kind, Weighable
    from rag.data_model.documents import Article
    from rag.evidence.reader_scorer import ReaderScorer
    from rag.models.embedding import Embedder

app = typer.Typer(add_completion=False, no_args_is_help=True, help="拟合证据的权重。")
TO = Path(__file__).parents[2] / "rag" / "data" / "features.json"
SEED = 41

Questions = Annotated[list[Path], typer.Argument(help="人写的问题（JSONL）")]
Articles = Annotated[list[Path], typer.Option(help="问题所据的文章（JSONL）")]
Squad = Annotated[list[Path], typer.Option(help="SQuAD 格式的问题集")]
Each = Annotated[int, typer.Option(help="训练用的各问题集取多少题")]
Others = Annotated[int, typer.Option(help="另取多少篇没有问题的文章作干扰")]
Cache = Annotated[Path, typer.Option(help="存向量库的目录")]


@app.command(help="只凭特征时的权重。")
def features(
    questions: Questions,
    *,
    articles: Articles,
    squad: Squad,
    each: Each = 1_200,
    others: Others = 1_500,
    removed: Annotated[float, typer.Option(help="抽走原文的比例")] = 0.2,
    cache: Cache = Path(".youju/benchmarks"),
) -> None:
    """Write `rag/data/features.json`."""
    from eval.evidence_training.weighing import FEATURES, measured

    material = _some(Material.read(questions, articles, squad), "train", each)
    fitted = some_removed(material.of("train"), removed, SEED)
    made = _made(material, fitted, others, _Search.in_folder(cache), measured)
    version = datetime.now(UTC).strftime("%Y-%m-%d")
    _fit_and_write(TO, version, made, FEATURES)


@app.command(help="特征与阅读合在一起的权重，存在阅读模型旁边。")
def decision(
    questions: Questions,
    *,
    articles: Articles,
    squad: Squad,
    each: Each = 1_200,
    dev: Annotated[int, typer.Option(help="各问题集最多取多少题检验")] = 400,
    reader: Annotated[Path, typer.Option(help="阅读模型的目录")] = READER,
    others: Others = 1_500,
    removed: Annotated[float, typer.Option(help="抽走原文的比例")] = 0.15,
    removed_plain: Annotated[float, typer.Option(help="全都答得了的问题集抽走的比例")] = 0.4,
    small: Annotated[int, typer.Option(help="再在每库几篇的小库里各问一遍；0 为不问")] = 10,
    libraries: Annotated[int, typer.Option(help="最多取多少个小库")] = 10,
    cache: Cache = Path(".youju/benchmarks"),
) -> None:
    """Write `decision.json` beside the reader."""
    from eval.evidence_training.weighing import READINGS, read
    from rag.evidence.decision import DECISION, UNFITTED
    from rag.evidence.reader_scorer import ReaderScorer
    from rag.evidence.scorer import FeatureScorer
    from rag.models.reader import Reader
    from rag.settings import AnswerSettings

    material = _some(_some(Material.read(questions, articles, squad), "train", each), "dev", dev)
    scorer = ReaderScorer(Reader.open(reader), FeatureScorer.bundled(), UNFITTED, AnswerSettings())
    search = _Search.in_folder(cache)

    def made_of(case: Case) -> Weighable | None:
        return read(case, scorer)

    fitted = some_removed(material.of("calibrate"), removed, SEED, removed_plain)
    made = _made(material, fitted, others, search, made_of)
    if small:
        again = some_removed(material.of("calibrate"), removed, SEED + 1, removed_plain)
        each_once = list(small_libraries(again, material, small))
        chance = random.Random(SEED)  # noqa: S311 - not for secrets
        for articles_of, asked in chance.sample(each_once, min(libraries, len(each_once))):
            made += search.made(articles_of, asked, made_of)
    version = datetime.now(UTC).strftime("decision-%Y-%m-%d")
    _fit_and_write(reader / DECISION, version, made, READINGS, scorer)


def _made(
    material: Material,
    fitted: Sequence[Wanted],
    others: int,
    search: _Search,
    made_of: Callable[[Case], Weighable | None],
) -> list[Weighable]:
    """What is known of each question to fit on and to check on, as far as anything is found."""
    return search.made(material.library(others), [*fitted, *material.of("dev")], made_of)


@dataclass(frozen=True, slots=True)
class _Search:
    """Asks over libraries that are kept in a folder, with one embedder for all of them."""

    embedder: Embedder
    cache: Path

    @classmethod
    def in_folder(cls, cache: Path) -> _Search:
        from eval.corpora import embedder_of
        from rag.settings import Settings

        return cls(embedder_of(Settings()), cache)

    def made(
        self,
        articles: Sequence[Article],
        wanted: Sequence[Wanted],
        made_of: Callable[[Case], Weighable | None],
    ) -> list[Weighable]:
        """What is known of questions over these articles, as far as anything is found."""
        with finder(articles, self.embedder, self.cache, _progress) as retriever:
            found = [made_of(case) for case in cases(wanted, retriever, self.embedder)]
        return [one for one in found if one]


def _some(material: Material, split: str, each: int) -> Material:
    """At most `each` questions of a split of every file, and all of the other splits."""
    chance = random.Random(SEED)  # noqa: S311 - not for secrets
    by_file: dict[str, list[Wanted]] = {}
    for one in material.of(split):
        by_file.setdefault(one.set_name, []).append(one)
    some = [chance.sample(items, min(each, len(items))) for items in by_file.values()]
    others = [one for one in material.wanted if one.split != split]
    return replace(material, wanted=[one for items in some for one in items] + others)


def _fit_and_write(
    path: Path,
    version: str,
    made: Sequence[Weighable],
    kind: Kind,
    scorer: ReaderScorer | None = None,
) -> None:
    """Fit on all but dev, check on dev, write the record, print the figures.

    With a `scorer` the sentences that are likeliest by then are read again.
    """
    from eval.evidence_training.weighing import figures, fit, fit_sentences, look_again
    from rag.evidence.decision import digest_of

    parts = {
        "fitted": [one for one in made if one.wanted.split != "dev"],
        "dev": [one for one in made if one.wanted.split == "dev"],
    }
    sentences = fit_sentences(parts["fitted"], kind)
    if scorer is not None:
        look_again(made, sentences, scorer)
    models = fit(parts["fitted"], kind, sentences)
    told = {name: figures(models, part) for name, part in parts.items()}
    record = {
        "version": version,
        "fitted_on": dict(sorted(Counter(one.wanted.group for one in parts["fitted"]).items())),
        "figures": told,
        **models.record(),
    }
    record["sha256"] = digest_of(record)
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for name, groups in told.items():
        for group, values in groups.items():
            sys.stdout.write(f"{name} · {group}: {json.dumps(values)}\n")


def _progress(done: int, total: int) -> None:
    if done % 512 == 0 or done == total:
        sys.stderr.write(f"{done}/{total}\n")


if __name__ == "__main__":
    app()
