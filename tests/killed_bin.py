"""A child that removes articles and puts them back without an end, to be killed.

    python killed_bin.py DATA_DIR

It acknowledges each change on stdout.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from rag.library.library import Library


def start(data_dir: Path) -> subprocess.Popen[str]:
    """The child."""
    return subprocess.Popen(
        [sys.executable, __file__, str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(Path(__file__).parent.parent), "PATH": ""},
    )


def _main(data_dir: Path) -> None:
    with Library.open(data_dir, write=True) as library:
        ids = [one.article.article_id for one in library.heads()]
        while True:
            library.remove_all(ids)
            print("removed", flush=True)  # noqa: T201
            library.restore(ids)
            print("restored", flush=True)  # noqa: T201


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
