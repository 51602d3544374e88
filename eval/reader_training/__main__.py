"""`python -m eval.reader_training train …`, then `export …`, then `measure …`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from rag.models.reader import READER

app = typer.Typer(add_completion=False, no_args_is_help=True, help="训练、导出、测量阅读模型。")
HELD_OUT, SPLIT_SEED = 0.05, 7
FIRST_ARTICLES, LATER_ARTICLES = slice(1_000), slice(2_500, None)
"""Of the articles without questions: which ones the first round takes, and which the later ones."""

Data = Annotated[Path, typer.Argument(help="CMRC 2018 的训练集（SQuAD 格式）")]
Folder = Annotated[Path, typer.Option(help="存检查点的目录")]
Files = Annotated[list[Path], typer.Argument(help="SQuAD 格式的问题集")]


@app.command(help="训练，或接着上次的检查点训练。")
def train(
    data: Data,
    *,
    folder: Folder = Path("runs/reader"),
    distractors: Annotated[
        Path | None, typer.Option(help="没有问题的文章（JSONL）：作干扰，第一轮以后也从中出题")
    ] = None,
    after: Annotated[Path | None, typer.Option(help="从这个已导出的模型的权重开始")] = None,
    round_: Annotated[int, typer.Option("--round", min=1, max=4, help="第几轮")] = 1,
    pairs: Annotated[int, typer.Option(help="共训练多少对；0 为计划的数目，续训时可改")] = 0,
) -> None:
    """Train to the end, or go on from the folder's checkpoint."""
    from eval.reader_training.pairs import read_articles, read_training_set, split_off
    from eval.reader_training.shipped import shipped_weights
    from eval.reader_training.train import ROUNDS, Trainer

    if (round_ == 1) != (after is None):
        raise typer.BadParameter(
            "第一轮从向量模型的权重开始，以后各轮都要 --after", param_hint="--after"
        )
    asked, _ = split_off(read_training_set(data), HELD_OUT, SPLIT_SEED)
    news = read_articles(distractors) if distractors else []
    plan, weights = ROUNDS[round_ - 1], None
    which = FIRST_ARTICLES if round_ == 1 else LATER_ARTICLES
    if after is not None:
        begin, weights = shipped_weights(after)
        plan = replace(plan, begin=begin)
    Trainer(folder, replace(plan, pairs=pairs or plan.pairs), weights).run(asked, news[which])


@app.command(help="第五轮：读人写的问题，兼温习以前的；可随时中断，再来接着训练。")
def written(
    questions: Annotated[list[Path], typer.Argument(help="人写的问题（JSONL）")],
    *,
    articles: Annotated[list[Path], typer.Option(help="问题所据的文章（JSONL）")],
    squad: Annotated[list[Path], typer.Option(help="SQuAD 格式的问题集，每轮各取一部分")],
    after: Annotated[Path, typer.Option(help="从这个已导出的模型的权重开始")] = READER,
    folder: Folder = Path("runs/reader"),
    pairs: Annotated[int, typer.Option(help="共训练多少对；0 为计划的数目，续训时可改")] = 0,
    each: Annotated[int, typer.Option(help="每一遍里其余各问题集取多少题")] = 1_000,
    seed: Annotated[int, typer.Option(help="随机数的种子；0 为计划的种子")] = 0,
) -> None:
    """Train on questions that people wrote; dev questions are never read."""
    from eval.reader_training.mixture import Mixture, MixturePlan
    from eval.reader_training.pairs import read_training_set, split_off
    from eval.reader_training.shipped import shipped_weights
    from eval.reader_training.train import FIFTH_ROUND, Trainer

    sets = [split_off(read_training_set(path), HELD_OUT, SPLIT_SEED)[0] for path in squad]
    mixture = MixturePlan(each=each)
    begin, weights = shipped_weights(after)
    plan = replace(
        FIFTH_ROUND,
        begin=begin,
        pairs=pairs or FIFTH_ROUND.pairs,
        seed=seed or FIFTH_ROUND.seed,
        mixture=mixture,
    )
    trainer = Trainer(folder, plan, weights)
    trainer.run_mixture(Mixture.read(questions, articles, sets, mixture))


@app.command(help="把检查点导出为随程序发行的模型，并校准。")
def export(
    data: Data,
    folder: Folder = Path("runs/reader"),
    to: Annotated[Path, typer.Option(help="模型目录")] = READER,
    averaged: Annotated[bool, typer.Option(help="用权重的移动平均")] = True,
    halfway_to: Annotated[Path | None, typer.Option(help="与这个已导出的模型的权重取平均")] = None,
) -> None:
    """Write graph and record; fit the calibration on the questions held out from training."""
    import numpy as np

    from eval.reader_training.calibrate import fit, held_out_pairs, raw_scores
    from eval.reader_training.export import load_trained, save_graph, save_record
    from eval.reader_training.figures import separation
    from eval.reader_training.negatives import Miner
    from eval.reader_training.pairs import PASSAGE_SIZE, read_training_set, split_off
    from rag.models.reader import Calibration, Reader

    model, training = load_trained(folder, averaged=averaged, halfway_to=halfway_to)
    save_graph(model, to)
    save_record(to, training, Calibration())
    _, held_out = split_off(read_training_set(data), HELD_OUT, SPLIT_SEED)
    articles = list({item.article.article_id: item.article for item in held_out}.values())
    pairs = held_out_pairs(held_out, Miner(articles, PASSAGE_SIZE), SPLIT_SEED)
    scores = raw_scores(Reader.open(to), pairs)
    present = np.array([pair.answer is not None for pair in pairs])
    calibration = fit(scores, present)
    chances = np.array([calibration.probability(*row) for row in scores])
    figures = separation(chances[present].tolist(), chances[~present].tolist())
    save_record(to, training | {"held_out": figures}, calibration)
    _say({"pairs": len(pairs), "calibration": str(calibration), **figures})


@app.command(help="在问题集上测量：证据 F1、答案 EM/F1、能否分辨对错段落。")
def measure(
    files: Files,
    model: Annotated[Path, typer.Option(help="模型目录")] = READER,
    limit: Annotated[int, typer.Option(help="每个文件约取多少题；0 为全部")] = 0,
) -> None:
    """Print the figures of each file as JSON."""
    from eval.reader_training.figures import measure as figures_of
    from rag.models.reader import Reader

    reader = Reader.open(model)
    for path in files:
        _say({"file": path.name, "model": reader.fingerprint, **figures_of(reader, path, limit)})


def _say(figures: dict[str, object]) -> None:
    rounded = {k: round(v, 4) if isinstance(v, float) else v for k, v in figures.items()}
    typer.echo(json.dumps(rounded, ensure_ascii=False))


if __name__ == "__main__":
    app()
