"""Compares a wheel with the tree: `python scripts/check_wheel.py dist/youju-….whl`.

Every file of the packages that git knows must be in it, byte for byte, and nothing else.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("rag", "ingest", "eval", "ui", "corpus")


def differences(wheel: Path, root: Path = ROOT) -> list[str]:
    """What is missing, different or too much, a line each; empty: the wheel is as the tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *FOLDERS],
        cwd=root,
        check=True,
        capture_output=True,
        encoding="utf-8",
    ).stdout
    wanted = {name for name in listed.split("\0") if name and (root / name).is_file()}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        found = [f"缺 {name}" for name in sorted(wanted - held)]
        found += [f"多 {name}" for name in sorted(held - wanted)]
        for name in sorted(wanted & held):
            if archive.read(name) != (root / name).read_bytes():
                found.append(f"不同 {name}")
    return found


def main() -> None:
    """Say what differs; end with 1 where something does."""
    found = differences(Path(sys.argv[1]))
    print("\n".join(found) or "与源码一致")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
