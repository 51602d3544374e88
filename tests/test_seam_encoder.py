"""What follows what, by characters alone; and short lines that are torn, not headings."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ingest.lines.blocks import Kind
from ingest.lines.lines import read_lines
from ingest.pages.segmentation import read_blocks
from ingest.seams.seam_encoder import CONTEXT, read_seam_encoder, seam_encoder, write_seam_encoder

CUTS = (
    (
        "为了让老人少跑路，社区卫生服务中心把体检车开进",
        "了村口的小广场，量血压、测血糖都不用排队。",
    ),
    ("水库大坝的渗流监测数据每隔十分钟自动上传一", "次，一旦超过警戒值，值班室的铃声就会响起。"),
    ("演出结束后，观众久久不愿离开，演员们三次返", "场，又唱了两段折子戏。"),
    ("今年的苹果个头比往年大，收购价却只有每斤一元", "八角，果农们盼着冷库早点建成。"),
)


def test_right_beginnings_score_above_wrong_ones() -> None:
    ends, begins = zip(*CUTS, strict=True)
    scores = seam_encoder().follows(ends, begins)
    assert scores.shape == (len(CUTS), len(CUTS))
    right, wrong = np.diag(scores), scores[~np.eye(len(CUTS), dtype=bool)]
    assert right.mean() > wrong.mean() + 2.0


def test_any_text_has_a_finite_score() -> None:
    odd = ["", "。", "🙂" * 40, "a" * 1000, " \u3000\n", "\u202e\u200b"]
    assert np.isfinite(seam_encoder().follows(odd, odd)).all()


def test_stored_weights_come_back_to_half_a_step(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    shapes = {"embedding": (3, 2), "hidden": (CONTEXT * 2, 4), "output": (4, 3)}
    weights = {
        f"{side}_{name}": rng.normal(size=shape).astype(np.float32)
        for side in ("ends", "begins")
        for name, shape in (*shapes.items(), ("hidden_bias", (4,)), ("output_bias", (3,)))
    }
    write_seam_encoder(tmp_path / "encoder.npz", "桥老", weights)
    stored = read_seam_encoder(tmp_path / "encoder.npz")
    assert stored.ids == {"桥": 1, "老": 2}
    for name, values in weights.items():
        side, _, part = name.partition("_")
        found = getattr(getattr(stored, side), part)
        step = np.abs(values).max(axis=-1, keepdims=True) / 127
        assert (np.abs(found - values) <= step / 2 + 1e-6).all()


def kinds(page: str) -> list[Kind]:
    return [block.kind for block in read_blocks(read_lines(page))]


def test_a_short_line_that_goes_on_below_is_no_heading() -> None:
    torn, rest = "社区卫生服务中心把体检车开进村口的小广", "场，量血压、测血糖都不用排队。"
    page = f"乡村医生的一天\n\n□陶然亭\n\n{CUTS[1][0]}{CUTS[1][1]}\n\n{torn}\n\n{rest}"
    assert kinds(page) == [Kind.TITLE, Kind.BYLINE, Kind.TEXT, Kind.TEXT, Kind.TEXT]


def test_a_headline_over_its_text_stays_one() -> None:
    texts = ["".join(cut) for cut in CUTS]
    page = f"体检车开进村口\n\n□陶然亭\n\n{texts[0]}\n\n果农盼冷库\n\n□白露\n\n{texts[3]}"
    assert kinds(page).count(Kind.TITLE) == 2
    assert not any(block.torn for block in read_blocks(read_lines(page)))
