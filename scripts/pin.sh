#!/usr/bin/env bash
# Writes constraints.txt from what .venv holds now: the versions that the tests were seen to pass with.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/python -m pip list --format=freeze --exclude-editable \
    | grep -v -E '^(pip|setuptools|wheel|youju)==' | sed -E 's/\+cpu$//' | sort -f > constraints.txt
