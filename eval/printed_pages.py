"""Gold articles printed as newspaper pages, by Chromium: a PDF with a text layer, or its scan."""

from __future__ import annotations

import html
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from eval.data_files import read_bytes
from rag.errors import BrowserMissing, DataFileMissing
from rag.errors.reasons import why

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")
SCAN_DPI = 200
_PAGE_WIDTH = {2: 240, 3: 300, 4: 380}  # mm, so that a line has 15 to 25 characters
_MARGIN = 12  # mm
_MM_A_PIXEL = 25.4 / 96
_STYLE = """<!doctype html><meta charset=utf-8><style>
@page { size: %(width)dmm %(height)dmm; margin: %(margin)dmm }
body { font: 10pt/1.5 'Noto Serif CJK SC'; margin: 0 }
p { margin: 0; text-indent: 2em; text-align: justify }
.by { text-align: center; text-indent: 0 }
h1 { text-align: center; font-size: 20pt; line-height: 1.3; margin: 3mm 0 }
h2 { font-size: 12pt; margin: 2mm 0 1mm }
.text { columns: var(--n); column-gap: 1.8em }
.flow { columns: var(--n); column-gap: 2em } .flow h1 { font-size: 15pt }
.flow .across { column-span: all; font-size: 22pt }
.ruled { column-rule: 1px solid }
.grid { display: grid; gap: 4mm 2em; margin-top: 4mm } .grid h1 { font-size: 16pt }
.grid > section { border-top: 1px solid }
.box { border: 1px solid; padding: 2mm 3mm; margin: 3mm 0 } .box h1 { font-size: 15pt }
.row { display: flex; gap: 2em } .row h1 { font-size: 15pt }
.tinted { background: #eee }
.inset { break-inside: avoid } .parting { column-span: all }
.plain { font-family: 'Noto Sans CJK SC' } .plain .by { text-align: left }
.plain p { text-indent: 0; margin-bottom: .6em; text-align: left }
.plain h1 { text-align: left; font-size: 16pt } .plain .text { column-gap: 1.2em }
.folio { display: flex; justify-content: space-between; border-bottom: 2px solid }
</style>"""


@dataclass(frozen=True)
class PrintedArticle:
    """An article to print.

    Attributes:
        title: its headline.
        authors: named below the headline.
        parts: (section or None, paragraph) in order.
    """

    title: str
    authors: tuple[str, ...]
    parts: tuple[tuple[str | None, str], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Headline and paragraphs: what must be found again."""
        return (self.title, *(text for _, text in self.parts))

    def markup(self, columns: int, kind: str = "") -> str:
        """As HTML: the headline across `columns` columns of text."""
        return (
            f"{self.headline()}<div class='text {kind}' style='--n:{columns}'>{self.body()}</div>"
        )

    def headline(self, kind: str = "") -> str:
        """As HTML: headline and byline."""
        by = f"<p class=by>本报记者 {' '.join(self.authors)}</p>" if self.authors else ""
        return f"<h1 class='{kind}'>{html.escape(self.title)}</h1>{by}"

    def body(self) -> str:
        """As HTML: sections and paragraphs."""
        lines: list[str] = []
        above = None
        for section, text in self.parts:
            if section and section != above:
                lines.append(f"<h2>{html.escape(section)}</h2>")
            above = section
            lines.append(f"<p>{html.escape(text)}</p>")
        return "".join(lines)


@dataclass(frozen=True)
class PrintedPage:
    """The articles of one page, and the line at its top."""

    folio: str
    articles: tuple[PrintedArticle, ...]


def read_gold(path: Path) -> list[PrintedPage]:
    """The pages of a file of gold articles: a list of objects with `file`, `title`, `paragraphs`.

    Raises:
        DataFileMissing: it cannot be read, or is no such list.
    """
    try:
        records: list[dict[str, Any]] = json.loads(read_bytes(path))
    except ValueError as error:
        raise DataFileMissing(file=path, reason=why(error)) from error
    pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    try:
        for record in records:
            pages[record["file"]].append(record)
        return [
            PrintedPage(_folio(articles[0]), tuple(map(_article, articles)))
            for articles in pages.values()
        ]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        reason = "不是一列写明 file、title、paragraphs 的文章"
        raise DataFileMissing(file=path, reason=reason) from error


def _folio(record: dict[str, Any]) -> str:
    if not record.get("page"):
        return ""
    year, month, day = map(int, record["date"].split("-"))
    left = f"{record['newspaper']}　{year}年{month}月{day}日"
    return f"<div class=folio><span>{left}</span><span>第{record['page']}版</span></div>"


def _article(record: dict[str, Any]) -> PrintedArticle:
    parts = tuple((part["section"], part["text"]) for part in record["paragraphs"])
    return PrintedArticle(record["title"], tuple(record["authors"]), parts)


# -- layouts: (articles, columns) → HTML ----------------------------------------------------


def stacked(articles: Sequence[PrintedArticle], columns: int) -> str:
    """One below the other, each headline across the columns."""
    return "".join(article.markup(columns, "ruled") for article in articles)


def flowing(articles: Sequence[PrintedArticle], columns: int) -> str:
    """The columns of the page are filled with all articles; one headline goes across."""
    first, *others = articles
    flow = first.headline("across") + first.body()
    flow += "".join(article.headline() + article.body() for article in others)
    return f"<div class=flow style='--n:{columns}'>{flow}</div>"


def grid(articles: Sequence[PrintedArticle], columns: int) -> str:
    """The first across the page; the others in a grid below, each in one or two columns."""
    first, *others = articles
    wide = max(columns // 2, 1)
    cells = "".join(
        f"<section>{article.markup(columns - wide if n % 2 else wide)}</section>"
        for n, article in enumerate(others)
    )
    tracks = f"grid-template-columns: {wide}fr {columns - wide}fr"
    return f"{first.markup(columns)}<div class=grid style='{tracks}'>{cells}</div>"


def beside(articles: Sequence[PrintedArticle], columns: int) -> str:
    """The last in a box of one column on the right, as high as the others together."""
    *others, last = articles
    if not others:
        return stacked(articles, columns)
    main = stacked(others, columns - 1)
    aside = f"<div class='box tinted' style='flex:1'>{last.markup(1)}</div>"
    return f"<div class=row><div style='flex:{columns - 1}'>{main}</div>{aside}</div>"


def boxed(articles: Sequence[PrintedArticle], columns: int) -> str:
    """Every second article in a frame."""
    return "".join(
        f"<div class=box>{article.markup(columns)}</div>" if n % 2 else article.markup(columns)
        for n, article in enumerate(articles)
    )


def inset(articles: Sequence[PrintedArticle], columns: int) -> str:
    """The last in a frame within a column of the first; the others one below the other."""
    return _interrupted(articles, columns, "inset")


def parted(articles: Sequence[PrintedArticle], columns: int) -> str:
    """The last in a frame across the columns, which parts the first; the others below."""
    return _interrupted(articles, columns, "parting")


def _interrupted(articles: Sequence[PrintedArticle], columns: int, kind: str) -> str:
    first, *others = articles
    if not others:
        return stacked(articles, columns)
    *others, last = others
    frame = f"<div class='box {kind}'>{last.markup(columns if kind == 'parting' else 1)}</div>"
    half = len(first.parts) // 2
    halves = [
        replace(first, parts=part).body() for part in (first.parts[:half], first.parts[half:])
    ]
    text = f"<div class='text ruled' style='--n:{columns}'>{frame.join(halves)}</div>"
    return first.headline() + text + stacked(others, columns)


def plain(articles: Sequence[PrintedArticle], columns: int) -> str:
    """Ragged lines without indents, space between paragraphs, headlines on the left."""
    return f"<div class=plain>{grid(articles, columns)}</div>"


_ARRANGED: dict[str, Callable[[Sequence[PrintedArticle], int], str]] = {
    "stacked": stacked,
    "flowing": flowing,
    "grid": grid,
    "beside": beside,
    "boxed": boxed,
    "inset": inset,
    "parted": parted,
    "plain": plain,
}


class Layout(NamedTuple):
    """How a page is arranged, and in how many columns."""

    name: str
    columns: int

    def __str__(self) -> str:
        return f"{self.name}-{self.columns}"


LAYOUTS = tuple(Layout(name, columns) for name in _ARRANGED for columns in (2, 3, 4))


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium that prints.

    Raises:
        BrowserMissing: Chromium or playwright is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise BrowserMissing from error
    if not CHROMIUM.exists():
        raise BrowserMissing
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


def print_page(
    chromium: Browser, page: PrintedPage, layout: Layout, path: Path, below: str = ""
) -> None:
    """Print one page to a PDF of one sheet, as high as its text needs; `below`: more HTML."""
    markup = page.folio + _ARRANGED[layout.name](page.articles, layout.columns) + below
    width = _PAGE_WIDTH[layout.columns]
    tab = chromium.new_page(
        viewport={"width": round((width - 2 * _MARGIN) / 25.4 * 96), "height": 99}
    )
    tab.emulate_media(media="print")
    tab.set_content(_STYLE % {"width": width, "height": 400, "margin": _MARGIN} + markup)
    height = tab.evaluate("document.documentElement.scrollHeight") * _MM_A_PIXEL + 2 * _MARGIN + 5
    tab.set_content(_STYLE % {"width": width, "height": height, "margin": _MARGIN} + markup)
    tab.pdf(path=str(path), prefer_css_page_size=True)
    tab.close()


def scan_page(pdf: Path, path: Path, dpi: int = SCAN_DPI) -> None:
    """The first page of a PDF as a picture; where `path` ends in `.pdf`, a PDF of that picture."""
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf)
    try:
        document[0].render(scale=dpi / 72).to_pil().save(path, quality=90, resolution=dpi)
    finally:
        document.close()
