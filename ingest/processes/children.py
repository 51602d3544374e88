"""How programs of ours are started as children: never with what lies in the working directory.

`python -m` puts the working directory first on the import path, so that a person's folder named
`ui`, or a file `json.py`, would run in place of ours. `-P` leaves it out.
"""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds our packages: a clone, or `site-packages`."""


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs one of our modules with this interpreter."""
    return [sys.executable, "-P", "-X", "utf8", "-m", module, *arguments]


def environment(kept: Mapping[str, str] = os.environ, root: Path = ROOT) -> dict[str, str]:
    """An environment in which a child finds our packages, wherever it is started.

    Args:
        kept: what else it may know. Of its `PYTHONPATH` relative entries and empty ones are left
            out: they mean the working directory.
        root: where our packages are.
    """
    given = kept.get("PYTHONPATH", "").split(os.pathsep)
    places = [] if _is_installed(root) else [str(root)]
    places += [place for place in given if Path(place).is_absolute()]
    others = {name: value for name, value in kept.items() if name != "PYTHONPATH"}
    return {**others, "PYTHONPATH": os.pathsep.join(places)} if places else others


def _is_installed(root: Path) -> bool:
    """Whether the interpreter looks there anyway, after its own library and not before it."""
    known = [*site.getsitepackages(), site.getusersitepackages()]
    return any(Path(place).resolve() == root for place in known)
