"""What the reader is taught on: questions made of sentences, and passages that do not answer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from eval.reader_training.cloze import cloze_questions, phrases
from eval.reader_training.export import load_trained
from eval.reader_training.negatives import Miner
from eval.reader_training.pairs import Asked, holds, positive
from eval.reader_training.reasons import reason_questions
from eval.reader_training.schedule import Negatives
from eval.reader_training.shipped import shipped_weights
from eval.reader_training.sources import with_sources
from eval.reader_training.train import CHECKPOINT
from rag.data_model.documents import Article, Paragraph, Span
from rag.language.text import sentence_spans
from rag.models.embedding import source_line
from rag.models.reader import READER

TEXT = (
    "青石县文化馆2021年3月在东河镇办起第二期木偶戏讲习班，招收学员48人。"
    "馆长周远山说，讲习班由南岭大学支持，每周上课两次。"
    "学员排演的《桥上灯》去年冬天进村演出，观众很多。"
)
REASONED = "由于连日大雨，青石渡口停运两天。渡口恢复以后，每天开六班船。"
OTHER = "白石县文化馆2019年办起第一期剪纸班，学员来自各个乡镇，老师是退休工人。"


def article(name: str, text: str) -> Article:
    return Article(name, "", (Paragraph(1, text, (Span(0, len(text)),)),))


@pytest.fixture
def miner() -> Miner:
    return Miner([article("a", TEXT), article("b", OTHER)], 300)


def asked(question: str, answer: str) -> Asked:
    start = TEXT.index(answer)
    return Asked(question, article("a", TEXT), Span(start, start + len(answer)))


def many(seed_count: int = 60) -> Iterator[random.Random]:
    return (random.Random(seed) for seed in range(seed_count))


def test_phrases_are_dates_amounts_places_people_bodies_and_names_of_works() -> None:
    shown = article("a", TEXT)
    found = {
        (phrase.kind, TEXT[phrase.span.start : phrase.span.end])
        for sentence in sentence_spans(TEXT)
        for phrase in phrases(shown, sentence)
    }
    wanted = {
        ("when", "2021年3月"),
        ("amount", "48人"),
        ("who", "周远山"),
        ("called", "《桥上灯》"),
    }
    assert wanted <= found


def test_a_made_question_leaves_its_answer_out() -> None:
    articles = [article("a", TEXT), article("b", OTHER)]
    made = [q for chance in many(20) for q in cloze_questions(articles, 2, chance)]
    assert len({q.question for q in made}) > 10
    for question in made:
        text = question.article.text
        answer = text[question.answer.start : question.answer.end]
        assert answer
        assert answer not in question.question


def test_articles_that_cannot_be_asked_about_give_no_questions() -> None:
    assert list(cloze_questions([article("a", "好。")], 5, random.Random(1))) == []


def test_made_up_sources_stand_over_passages_and_in_questions() -> None:
    dated = article("a", f"杭州西湖区今年春天办了三场灯会。{OTHER}")
    lines, questions = set(), set()
    for chance in many(40):
        (made,) = with_sources([dated], 1.0, chance)
        lines.add(source_line(made))
        for question in cloze_questions([made], 1, chance, 1.0):
            questions.add(question.question)
            given = positive(question, 300, header=True)
            assert given is None or given.passage.text.startswith(source_line(made))
    assert all("2019年" in line for line in lines), "the year that the text names"
    assert any(line.startswith("杭州") for line in lines)
    undated = article("u", "学员排演的《桥上灯》去年冬天进村演出，观众有三百二十人，掌声不断。")
    made, _ = with_sources([undated, dated], 1.0, random.Random(3))
    year = source_line(made).split(" ")[1][:5]
    asked_of = [q for chance in many() for q in cloze_questions([made], 1, chance, 1.0)]
    assert any(question.question.startswith(year) for question in asked_of)
    assert list(with_sources([dated], 0.0, random.Random(1))) == [dated]


def test_a_passage_without_its_evidence_keeps_the_other_sentences(miner: Miner) -> None:
    question = asked("讲习班招收了多少学员？", "48人")
    for chance in many(5):
        pair = miner.without_evidence(question, chance)
        assert pair is not None
        assert pair.answer is None
        assert not holds(pair.passage.text, "48人")
        shown = [pair.passage.text[s.start : s.end] for s in pair.passage.spans]
        assert shown == [TEXT[s.start : s.end] for s in sentence_spans(TEXT)][1:]


def test_a_question_is_changed_only_where_the_passage_contradicts_it(miner: Miner) -> None:
    question = asked("青石县2021年第二期讲习班在哪里办？", "东河镇")
    changed = {p.question for chance in many() if (p := miner.changed_question(question, chance))}
    assert any("2021" not in other for other in changed)
    assert any("第二期" not in other for other in changed)
    unsaid = asked("2020年的讲习班招收了多少学员？", "48人")
    assert not any(miner.changed_question(unsaid, chance) for chance in many(20))


def test_each_kind_of_negative_comes_at_its_rate(miner: Miner) -> None:
    question = asked("青石县2021年第二期讲习班在哪里办？", "东河镇")
    chance = random.Random(3)
    assert list(Negatives(0, 0, 0, 0, 0).of(question, miner, chance)) == []
    assert len(list(Negatives(1, 1, 1, 1, 1).of(question, miner, chance))) == 5


def test_without_its_clause_a_passage_restates_the_question_and_does_not_answer() -> None:
    shown = article("a", REASONED)
    start = REASONED.index("由于连日大雨")
    question = Asked("渡口为什么停运两天？", shown, Span(start, start + len("由于连日大雨")))
    pair = Miner([shown], 300).without_clause(question, random.Random(1))
    assert pair is not None
    assert pair.passage.text.startswith("青石渡口停运两天。")
    assert pair.answer is None


def test_a_passage_whose_clause_is_all_it_says_has_nothing_left() -> None:
    text = "青石渡口停运两天是由于连日大雨。"
    whole = Asked("渡口为什么停运？", article("a", text), Span(10, 15))
    assert Miner([whole.article], 300).without_clause(whole, random.Random(1)) is None


@pytest.mark.parametrize(
    ("sentence", "fact", "answer"),
    [
        ("由于连日大雨，青石渡口停运两天。", "青石渡口停运两天", "由于连日大雨"),
        ("青石渡口停运两天，主要原因是河水上涨。", "青石渡口停运两天", "主要原因是河水上涨"),
        ("为了方便村民出行，渡口增开一班夜船。", "渡口增开一班夜船", "为了方便村民出行"),
        (
            "合作社通过统一收购柑橘，解决了销路难题。",
            "解决了销路难题",
            "通过统一收购柑橘",
        ),
        ("大风天里渡船不得载客过江。", "载客过江", "不得载客过江"),
        ("船籍港是指船舶登记的港口。", "船籍港", "船舶登记的港口"),
    ],
)
def test_a_plain_sentence_is_asked_for_its_reason(sentence: str, fact: str, answer: str) -> None:
    [question] = reason_questions([article("a", sentence)], 5, random.Random(2))
    assert fact in question.question
    assert sentence[question.answer.start : question.answer.end] == answer


def test_no_more_questions_are_made_than_wanted() -> None:
    articles = [article(str(n), REASONED) for n in range(5)]
    assert len(list(reason_questions(articles, 3, random.Random(2)))) == 3


@pytest.mark.model
def test_halfway_to_a_shipped_model_lies_the_mean_of_the_weights(tmp_path: Path) -> None:
    fingerprint, weights = shipped_weights(READER)
    learnt = {name: value + 2.0 for name, value in weights.items()}
    state = {"plan": {}, "step": 5, "average": learnt, "model": learnt}
    torch.save(state, tmp_path / CHECKPOINT)
    model, about = load_trained(tmp_path, halfway_to=READER)
    assert about["halfway_to"] == fingerprint
    shown = dict(model.named_parameters())
    assert all(
        torch.allclose(shown[name], value + 1.0, atol=1e-5) for name, value in weights.items()
    )
