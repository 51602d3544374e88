"""`python -m ui.health`: whether the server of this data directory answers; for containers.

Ends with 0 where it does, loading or not, and with 1 otherwise. The server is found as the command
line finds it, so no token is needed.
"""

from __future__ import annotations

import sys

from rag.settings import load_settings
from ui.asking_server import proves
from ui.running import read


def main() -> None:
    """Look, say it in a line, end with the code."""
    told = read(load_settings().data_dir)
    state = proves(told) if told else None
    sys.stdout.write(f"{state or '没有回应'}\n")
    sys.exit(0 if state in {"ready", "starting"} else 1)


if __name__ == "__main__":
    main()
