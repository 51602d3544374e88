"""What the published scripts of CMRC 2018 and ExpMRC gave, recorded, against our measures.

Recorded from `squad-style-data/cmrc2018_evaluate.py` (github.com/ymcui/cmrc2018, 5c81039) and
`eval_expmrc.py` (github.com/ymcui/expmrc, 21e39a1) under NLTK 3.6.2, each prediction against two
gold answers, the other of which is `OTHER`.
"""

from __future__ import annotations

import pytest

from eval.measures.evidence_f1 import evidence_f1
from eval.measures.span_em_f1 import span_exact_match, span_f1

OTHER = "海心绿茶"
# prediction, gold, CMRC's EM and F1, ExpMRC's evidence F1
RECORDED = (
    ("大桥全长2,360.5米", "大桥全长2,360.5米，单塔", 0, 0.857143, 0.857143),
    ("《海心县志》", "海心县志", 1, 1.000000, 1.000000),
    ("约20.5%", "20.5%", 0, 0.800000, 0.666667),
    ('他说"修路要先"。', '他说"修路要紧"。', 0, 0.750000, 0.875000),
    ("桥……塔", "桥塔", 0, 0.400000, 0.800000),
    ("桥…塔", "桥塔", 0, 0.400000, 1.000000),
    ("A.B.公司的John's茶", "a.b.公司的John's绿茶", 0, 0.823529, 0.933333),
    ("1998——2003年", "1998年", 0, 0.500000, 0.500000),
    ("3\u20135米(约)", "3米(约)", 0, 0.800000, 0.666667),
    ("the tea of Haixin", "a tea of the Haixin, say", 0, 0.363636, 0.857143),
    ("WiFi don't work.", "wifi do not work", 0, 0.444444, 0.750000),
    ("茶、绿茶；红茶", "红茶、绿茶", 0, 0.666667, 0.888889),
    ("江\u200b州", "江州", 0, 0.400000, 0.800000),
    ("第3届", "第4届第3届", 0, 0.666667, 0.666667),
    ("[甲] {乙} <丙>", "甲乙丙", 0, 0.166667, 1.000000),
    ("杭州", "上海", 0, 0.000000, 0.000000),
    ("e.g. 'tea' & water?", "e.g. tea & water", 0, 0.400000, 0.666667),
)


@pytest.mark.parametrize(("predicted", "gold", "exact", "span", "evidence"), RECORDED)
def test_the_published_scripts_give_the_same(
    predicted: str, gold: str, exact: int, span: float, evidence: float
) -> None:
    golds = [gold, OTHER]
    assert span_exact_match(predicted, golds) == bool(exact)
    assert span_f1(predicted, golds) == pytest.approx(span, abs=1e-6)
    assert evidence_f1(predicted, golds) == pytest.approx(evidence, abs=1e-6)
