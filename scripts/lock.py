r"""Writes requirements.lock: every file that an installation takes, with its hash.

    pip install --dry-run --ignore-installed --only-binary :all: \
        --constraint constraints.txt --report report.json .
    python scripts/lock.py report.json

The hashes are those of one system and one Python: of the machine that made the report.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"


def locked(report: dict[str, Any]) -> str:
    """The text of the lock for a report of pip's; where files lie is not in it."""
    where = report["environment"]
    system = (
        f"CPython {where['python_version']}，{where['sys_platform']} {where['platform_machine']}"
    )
    lines = [
        f"# {system}。由 scripts/lock.py 写成，不要手改。",
        "# pip install --require-hashes -r requirements.lock，再 pip install --no-deps youju-….whl",
    ]
    for one in sorted(report["install"], key=lambda one: one["metadata"]["name"].lower()):
        name, version = one["metadata"]["name"], one["metadata"]["version"]
        hashes = one["download_info"].get("archive_info", {}).get("hashes", {})
        if "sha256" in hashes:  # ours is a folder and has none
            lines.append(f"{name}=={version} --hash=sha256:{hashes['sha256']}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read the report that is named and write the lock."""
    LOCK.write_text(locked(json.loads(Path(sys.argv[1]).read_text("utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
