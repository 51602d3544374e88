"""Store a folder of articles, ask, and prove the answer: `python examples/quickstart.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ingest import open_library

CORPUS = Path(__file__).parents[1] / "corpus"


def main(*questions: str) -> None:
    """Ask the sample articles."""
    with tempfile.TemporaryDirectory() as folder, open_library(folder) as library:
        report = library.ingest(CORPUS)
        print(f"存入 {report.articles} 篇文章")
        for question in questions or ("什么是低空经济？",):
            answer = library.ask(question)
            print(answer.text)
            for citation in answer.citations:
                print(f"[{citation.n}] {citation.article_id} 第 {citation.paragraph} 段")
            assert library.verify(answer) == []  # every character stands in the file that it names


if __name__ == "__main__":
    main(*sys.argv[1:])
