"""A sentence that lists what is asked for is told from one that has a list beside its words."""

from __future__ import annotations

import pytest

from rag.evidence.listings import lists


@pytest.mark.parametrize(
    ("sentence", "topic", "expected"),
    [
        ("全县建成水稻、茶叶、柑橘、竹笋等四大特色产业。", "特色产业", True),
        ("特色产业包括水稻、茶叶和柑橘、竹笋。", "特色产业", True),
        ("特色产业建设涉及修路、引水、通电等许多方面。", "特色产业", False),
        ("水稻、茶叶都丰收了。", "特色产业", False),
        ("全县建成水稻、茶叶、柑橘等“特色”产业。", "特色产业", True),
    ],
)
def test_lists(sentence: str, topic: str, *, expected: bool) -> None:
    assert lists(sentence, topic) is expected
