"""`python -m ui` is `youju`."""

from ui.cli import main

main()
