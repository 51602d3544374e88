"""Questions that people wrote, asked in the open: all their articles and others in one library.

Right is a quote with the short answer, or with evidence where there is none so short, and a refusal
where the articles do not say. Only figures are given: a set that chooses is not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.benchmarks.latency import latency_figures
from eval.judging import quoted_text
from eval.measures.calibration_error import expected_calibration_error
from eval.measures.containment import is_told
from eval.reading import BENCHMARK, counted, mean, pipeline_of, result, with_answer_settings
from eval.written import WrittenQuestion, read_sources, read_written, text_at, with_answers
from rag.data_model.answers import Answer
from rag.data_model.documents import Article
from rag.models.embedding import Embedder, Progress
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the texts of its evidence, and what was answered."""

    question: WrittenQuestion
    evidence: tuple[str, ...]
    answer: Answer

    @property
    def right(self) -> bool:
        """Answered rightly, or rightly refused."""
        if not self.question.answerable:
            return not self.answer.answered
        return self.answer.answered and self.told_by([c.quote for c in self.answer.citations])

    @property
    def foremost(self) -> bool:
        """Whether what is shown first, cited or nearest, answers: what `confidence` speaks of."""
        if self.answer.answered:
            return self.question.answerable and self.right
        nearest = self.answer.refusal.nearest[:1] if self.answer.refusal else ()
        return self.question.answerable and self.told_by([c.quote for c in nearest])

    def told_by(self, quotes: Sequence[str]) -> bool:
        """Whether quotes hold the answer, or evidence where there is no short one."""
        return is_told(quotes, self.question.answers, self.evidence)

    @property
    def first_article(self) -> bool:
        """Whether the first article shown is one that it was written from."""
        refusal = self.answer.refusal
        shown = refusal.nearest if refusal else self.answer.citations
        return bool(shown) and shown[0].article_id in self.question.articles


@dataclass(frozen=True, slots=True)
class OpenSet:
    """Written questions, each with the texts of its evidence, and what they are asked over."""

    library: Sequence[Article]
    questions: Sequence[tuple[WrittenQuestion, tuple[str, ...]]]

    @classmethod
    def read(
        cls,
        file: Path,
        articles: Sequence[Path],
        distractors: Sequence[Path] | None,
        split: str | None,
    ) -> OpenSet:
        """The questions of a split, over their articles and so many others.

        Raises:
            DataFileMissing, EncodingUnknown, DataLineInvalid: a file cannot be used.
            UsageInvalid: `distractors` is no number, or a question's article is in no file.
        """
        asked = chosen_split(read_written(file), split)
        library = _gathered(asked, articles, _distractor_count(distractors))
        by_name = {article.article_id: article for article in library}
        questions = [(q, _evidence_of(q, by_name)) for q in with_answers(asked, by_name)]
        return cls(library, questions)


def run(
    file: Path,
    articles: Sequence[Path] | None = None,
    distractors: Sequence[Path] | None = None,
    *,
    split: str | None = None,
    scorer: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Ask the questions of one split, and say how many were answered and refused rightly.

    Args:
        file: written questions (see `eval.written`).
        articles: JSONL files that hold their articles.
        distractors: how many other articles of those files are put beside them.
        split: which questions; `dev` if there are such, else all.
        scorer: the evidence scorer, instead of the one in `settings`.
        settings: of the pipeline.
        progress: called with (articles stored, in all), then with (questions done, in all).
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: a file cannot be used.
        UsageInvalid: `distractors` is no number, or a question's article is in no file.
    """
    settings = with_answer_settings(settings, scorer=scorer)
    asked = OpenSet.read(file, articles or (), distractors, split)
    with pipeline_of(asked.library, settings, embedder, cache_dir, progress) as pipeline:
        done = [
            Asked(question, evidence, pipeline.ask(question.to_question()))
            for question, evidence in counted(asked.questions, progress)
        ]
    return result(
        "questions",
        file,
        settings,
        figures_of(done),
        split=split or done[0].question.split if done else None,
        questions=len(done),
        documents=len(asked.library),
        model=pipeline.embedder.fingerprint,
    )


def figures_of(asked: Sequence[Asked]) -> dict[str, Any]:
    """Shares 0–1: of all, then by style and by type."""
    whole = _shares(asked)
    answers = [one.answer for one in asked]
    return {
        **whole,
        "calibration_error": expected_calibration_error(
            [one.answer.confidence for one in asked], [one.foremost for one in asked]
        ),
        "article@1": mean(one.first_article for one in asked),
        "mean_quoted_length": mean(len(quoted_text(a)) for a in answers if a.answered),
        **latency_figures(answers),
        "style": _by(asked, [one.question.style for one in asked]),
        "type": _by(asked, [one.question.kind for one in asked]),
    }


def chosen_split(questions: Sequence[WrittenQuestion], split: str | None) -> list[WrittenQuestion]:
    """Those of a split; without one, `dev` if there are such, else all."""
    wanted = split or ("dev" if any(q.split == "dev" for q in questions) else None)
    return [question for question in questions if wanted in {None, question.split}]


def _gathered(
    asked: Iterable[WrittenQuestion], files: Sequence[Path], distractors: int
) -> list[Article]:
    """The questions' articles, then the first others of the files."""
    from rag.errors import UsageInvalid

    everything = read_sources(files)
    names = dict.fromkeys(name for question in asked for name in question.articles)
    if lacking := [name for name in names if name not in everything]:
        reason = f"问题所据的文章 {lacking[0]} 等 {len(lacking)} 篇不在 --articles 的文件里。"
        raise UsageInvalid(reason=reason, command=BENCHMARK)
    others = [article for name, article in everything.items() if name not in names]
    return [*(everything[name] for name in names), *others[:distractors]]


def _distractor_count(distractors: Sequence[Path] | None) -> int:
    """How many others are wanted: what the command line takes for a file is a number here.

    Raises:
        UsageInvalid: it is none.
    """
    from rag.errors import UsageInvalid

    try:
        return sum(int(str(given)) for given in distractors or ())
    except ValueError as error:
        reason = "这里的 --distractors 是篇数，如 --distractors 2500。"
        raise UsageInvalid(reason=reason, command=BENCHMARK) from error


def _evidence_of(question: WrittenQuestion, articles: dict[str, Article]) -> tuple[str, ...]:
    """The texts of a question's evidence."""
    return tuple(text_at(articles[place.article], place.span) for place in question.evidence)


def _shares(asked: Sequence[Asked]) -> dict[str, Any]:
    answerable = [one.right for one in asked if one.question.answerable]
    others = [one.right for one in asked if not one.question.answerable]
    right, refused = mean(answerable), mean(others)
    return {
        "questions": len(asked),
        "right": right,
        "refused": refused,
        "balanced_accuracy": (right + refused) / 2,
    }


def _by(asked: Sequence[Asked], groups: Sequence[str]) -> dict[str, Any]:
    found: dict[str, list[Asked]] = defaultdict(list)
    for one, group in zip(asked, groups, strict=True):
        found[group].append(one)
    return {name: _shares(found[name]) for name in sorted(found)}
