"""Every link of every Markdown file leads to a file, and to a heading, that is there."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from documents import PAGES, ROOT, anchors, links, text_of

NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    gone = [link for link in links(page) if not leads_somewhere(page, link)]
    assert gone == []


def leads_somewhere(page: Path, link: str) -> bool:
    if link.startswith(("http://", "https://")):
        return True  # nothing here asks the network
    path, _, anchor = unquote(link).partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    return not anchor or (target.suffix == ".md" and anchor in anchors(target))


@pytest.mark.parametrize(
    "link", ["gone.md", "README.md#没有这一节", "../../etc/passwd", "#也没有", "LICENSE#a"]
)
def test_a_bad_link_is_seen(link: str) -> None:
    assert not leads_somewhere(ROOT / "README.md", link)


def test_pages_in_folders_are_linked_from_pages() -> None:
    """Those of `docs/` itself are in the site's navigation, named there or not."""
    reached, waiting = set(), [page for page in PAGES if page.parent in {ROOT, ROOT / "docs"}]
    while waiting:
        page = waiting.pop()
        reached.add(page)
        targets = {
            (page.parent / unquote(link).partition("#")[0]).resolve() for link in links(page)
        }
        waiting += (targets & set(PAGES)) - reached - set(waiting)
    assert set(PAGES) - reached == set()


def test_programs_name_pages_that_are_there() -> None:
    """A hint that names a page of the documentation, or a section of one."""
    hint = text_of(ROOT / "rag" / "errors" / "documents.py")
    assert "docs/evaluation.md 的“问题集”" in hint
    assert "问题集" in anchors(ROOT / "docs" / "evaluation.md")
