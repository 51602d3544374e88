"""Fit `ingest/pages/torn_lines.json` on newspaper pages printed from news articles.

Usage: python -m scripts.train_torn_lines NEWS.jsonl.gz

The articles are those that `scripts.train_stitching` prints pages of: the character statistics and
the seam encoder did not learn from them. A short line of an article's text is running text, any
other a heading. Half of the pages have headlines that were found before the datelines of other
articles, as a clause of the text is no headline by its look.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.layouts import Layout
from eval.news_pages import read_news, training_part
from eval.stirred_pages import StirredPage, stir_page
from ingest.lines.blocks import HEADINGS
from ingest.lines.lines import read_lines
from ingest.pages.segmentation import classified_lines, with_headings
from ingest.pages.torn_lines import NAMES, THRESHOLD, torn_line_features, write_torn_line_model
from rag.models.logistic import LogisticModel

# How headlines run into the text in these news: it makes training data, and nothing else knows it.
_HEADLINE = re.compile(
    r"([^。，；：:（(【]{8,32}?)(?=本报讯|来源[:：]|近日，|日前，|\d{1,2}月\d{1,2}日|据[^，。]{2,10}(?:消息|报道)"
    r"|(?:北京|中新|人民|央广|央视|新华|光明|经济日报|中国)\S{0,10}?(?:讯|电|消息))"
)
_NO_HEADLINE = re.compile(r"记者|通讯员|新网|中新|日报|新闻|客户端|编辑|\d年?$|[于在是为从与的]$")


def headlines_of(texts: Sequence[str]) -> list[str]:
    """Headlines that run into a dateline at the start of some of `texts`."""
    found = [match.group(1).strip() for text in texts if (match := _HEADLINE.match(text))]
    return [headline for headline in found if not _NO_HEADLINE.search(headline)]


def examples(page: StirredPage) -> tuple[np.ndarray, np.ndarray]:
    """Features (n, f) of the lines that look like headings, and which are running text (n,)."""
    blocks = classified_lines(read_lines(page.text))
    places, values = torn_line_features(blocks)
    settled = with_headings(blocks)
    at_stake = [settled[n].kind in HEADINGS for n in places]
    torn = [page.origin(blocks[n].spans[-1].end - 1) is not None for n in places]
    return values[at_stake], np.array(torn, dtype=bool)[at_stake]


def main() -> None:
    """Fit on nine tenths of the pages, print how the rest comes out, and update the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("news", type=Path)
    parser.add_argument("--pages", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=31)
    arguments = parser.parse_args()
    texts = training_part(read_news(arguments.news))
    rest = texts[len(texts) * 3 // 4 :]
    rng = random.Random(arguments.seed)
    headlines = headlines_of(texts)
    pages = [_page(rest, rng, rng.choice((headlines, []))) for _ in range(arguments.pages)]
    border = len(pages) * 9 // 10
    values, torn = _joined(pages[:border])
    center, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    fitted = LogisticRegression(C=1.0, max_iter=1000).fit((values - center) / scale, torn)
    weights = fitted.coef_[0] / scale
    model = LogisticModel(NAMES, weights, float(fitted.intercept_[0] - weights @ center))
    values, torn = _joined(pages[border:])
    found = model.probability(values) >= THRESHOLD
    print(f"torn lines seen {found[torn].mean():.3f} of {torn.sum()}")
    print(f"headings taken for torn lines {found[~torn].mean():.4f} of {(~torn).sum()}")
    write_torn_line_model(model)


def _joined(pages: list[StirredPage]) -> tuple[np.ndarray, np.ndarray]:
    found = [examples(page) for page in pages]
    return np.concatenate([one[0] for one in found]), np.concatenate([one[1] for one in found])


def _page(texts: list[str], rng: random.Random, headlines: list[str]) -> StirredPage:
    layout: Layout = rng.choice(("bare", "printed", "rough"))
    whole = 0.0 if layout == "bare" else rng.choice((0.0, 0.0, 0.8))
    return stir_page(rng.sample(texts, rng.randint(2, 5)), rng, layout, whole, headlines)


if __name__ == "__main__":
    main()
