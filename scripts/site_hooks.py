"""What MkDocs does besides, to make the site (`make docs`) of the files that GitHub also shows.

Pages that lie outside `docs/` (README, ARCHITECTURE …) become pages, and links to them are turned
to where they are in the site. A page that the navigation does not name goes to its section
"运维", so that a new page is never out of reach. Chinese is cut into words for the search.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
OUTSIDE: Mapping[str, str] = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "LICENSE",
    "examples/quickstart.py": "examples/quickstart.py",
    "ui/static/seal.svg": "assets/seal.svg",
}
"""Files outside `docs/` that the site has: where they lie in the tree → where in the site."""
SECTION = "运维"
_BROKEN = re.compile(
    r"(<pre\b.*?</pre>)|((?<=[　-〿㐀-鿿！-～“”—…])\n(?=[　-〿㐀-鿿！-～“”—]))", re.DOTALL
)
_LINK = re.compile(r"(?<=\]\()([^)\s#:]+)(?=[)#])")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Give the search our word cutter, and the pages that `nav` does not name a place."""
    from material.plugins.search import plugin

    plugin.jieba = Words
    nav: list[dict[str, Any]] = config.nav or []
    section = next(one[SECTION] for one in nav if SECTION in one)
    section += unlisted(nav, [file.name for file in Path(config.docs_dir).glob("*.md")])
    return config


def unlisted(nav: Iterable[Any], pages: Iterable[str]) -> list[str]:
    """Those of the pages that the navigation does not name, in order."""
    return sorted(set(pages) - set(_targets(nav)))


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies outside `docs/`; keep out of the navigation what a folder's index lists."""
    for place, uri in OUTSIDE.items():
        files.append(File.generated(config, uri, abs_src_path=str(ROOT / place)))
    for file in files.documentation_pages():
        if file.src_uri.startswith("decisions/") and not file.src_uri.endswith("README.md"):
            file.inclusion = InclusionLevel.NOT_IN_NAV
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Turn links that leave `docs/`, or come from outside, to where the page is in the site."""
    return turned(markdown, page.file.src_uri)


def on_page_content(html: str, **_: Any) -> str:
    """Lines of Chinese are joined without the space that a browser makes of a line's end."""
    return _BROKEN.sub(lambda end: "" if end[2] else end[0], html)


def turned(markdown: str, uri: str) -> str:
    """The Markdown of the page `uri` of the site, its links as they hold in the site."""
    inside = {there: here for here, there in OUTSIDE.items()}
    source = inside.get(uri, f"docs/{uri}")

    def turn(link: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), link[1]))
        there = OUTSIDE.get(target, target.removeprefix("docs/"))
        return posixpath.relpath(there, posixpath.dirname(uri) or ".")

    return _LINK.sub(turn, markdown)


class Words:
    """The search plugin asks `jieba` for words; rjieba, which we have anyway, cuts alike."""

    @staticmethod
    def cut(text: bytes) -> list[str]:
        """The words of a run of Chinese characters in UTF-8."""
        import rjieba

        words: list[str] = rjieba.cut(text.decode("utf-8"))
        return words


def _targets(nav: Iterable[Any]) -> Iterable[str]:
    for entry in nav:
        for value in entry.values() if isinstance(entry, dict) else [entry]:
            yield from _targets(value) if isinstance(value, list) else [str(value)]
