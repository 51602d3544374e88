"""Where quotes stand on their pages: kept small, found again, drawn by a child process."""

from __future__ import annotations

import io
from pathlib import Path

import made_files as made
import numpy as np
import pytest
from pages import ingest_into
from PIL import Image

from ingest.files.loading import load
from ingest.pages.page_images import render_page
from rag.data_model.documents import Place, Span
from rag.errors import LibraryCorrupt, PageImageMissing, ParseFailed
from rag.library.library import Library
from rag.library.page_places import pack, unpack
from rag.quoting.locating import boxes_of

# How a page is turned and cropped, and how its text is drawn so that it stands upright then.
UPRIGHT = [
    (b"", b"1 0 0 1 72 700"),
    (b"/CropBox [50 100 550 800]", b"1 0 0 1 72 700"),
    (b"/Rotate 90", b"0 1 -1 0 300 200"),
    (b"/Rotate 180", b"-1 0 0 -1 500 300"),
    (b"/Rotate 270 /CropBox [50 100 550 800]", b"0 -1 1 0 300 600"),
]


def rectangles(png: bytes, library: Library, sha256: str) -> tuple[np.ndarray, np.ndarray]:
    """The page's ink, and the pixels inside its lines' boxes."""
    ink = np.asarray(Image.open(io.BytesIO(png)).convert("L")) < 128
    inside = np.zeros_like(ink)
    height, width = ink.shape
    for place in library.places(sha256):
        left, top, right, bottom = place.box
        inside[
            int(top * height) - 1 : int(bottom * height) + 2,
            int(left * width) - 1 : int(right * width) + 2,
        ] = True
    return ink, inside


class TestPlaces:
    def test_unpacking_undoes_packing(self) -> None:
        places = tuple(
            Place(n * 30, n * 30 + 25, 1 + n // 40, (0.1, n % 40 / 40, 0.9, n % 40 / 40 + 0.02))
            for n in range(400)
        )
        packed = pack(places)
        assert len(packed) < 6 * len(places)
        for place, again in zip(places, unpack(packed), strict=True):
            assert (again.start, again.end, again.page) == (place.start, place.end, place.page)
            assert again.box == pytest.approx(place.box, abs=1e-4)

    @pytest.mark.parametrize("damage", [lambda data: data[:-3], lambda data: b"x" + data])
    def test_damaged(self, damage: object) -> None:
        with pytest.raises(LibraryCorrupt):
            unpack(damage(pack([Place(0, 1, 1, (0, 0, 1, 1))])))  # type: ignore[operator]

    def test_a_part_of_a_line_has_a_part_of_its_box(self) -> None:
        text = "ab中文\n后一行"
        places = [Place(0, 4, 1, (0.2, 0.1, 0.8, 0.2)), Place(5, 8, 2, (0.1, 0.5, 0.4, 0.6))]
        # "ab" are as wide as "中" alone: 中文 fill the last two thirds of the first line
        first, second = boxes_of(places, [Span(2, 7)], text)
        assert (first.page, second.page) == (1, 2)
        assert first.box == pytest.approx((0.4, 0.1, 0.8, 0.2))
        assert second.box == pytest.approx((0.1, 0.5, 0.3, 0.6))
        assert boxes_of(places, [Span(4, 5)], text) == ()


class TestStored:
    @pytest.mark.parametrize(("page", "matrix"), UPRIGHT)
    def test_the_boxes_are_where_the_ink_is(
        self, tmp_path: Path, page: bytes, matrix: bytes
    ) -> None:
        path = tmp_path / "a.pdf"
        text = made.stream(b"BT /F1 12 Tf %s Tm (A page of plain text.) Tj ET" % matrix)
        path.write_bytes(made.one_page_pdf(text).replace(b"/MediaBox", page + b" /MediaBox"))
        ingest_into(tmp_path / "data", path)
        with Library.open(tmp_path / "data") as library:
            (stored,) = library.articles()
            png = render_page(library, stored.sha256, 1, 600)
            ink, inside = rectangles(png, library, stored.sha256)
        assert ink.any()
        assert not (ink & ~inside).any()
        assert inside.mean() < 0.05

    def test_a_text_has_no_pages(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("桥修好了。", encoding="utf-8")
        ingest_into(tmp_path / "data", path)
        with Library.open(tmp_path / "data") as library:
            (stored,) = library.articles()
            assert library.places(stored.sha256) == ()
            with pytest.raises(PageImageMissing, match=r"a\.txt"):
                render_page(library, stored.sha256, 1, file="a.txt")

    def test_a_page_that_is_not_there(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made.good_pdf())
        ingest_into(tmp_path / "data", path)
        with Library.open(tmp_path / "data") as library:
            (stored,) = library.articles()
            for page in (0, 2, -1):
                with pytest.raises(PageImageMissing):
                    render_page(library, stored.sha256, page)

    def test_a_picture_that_cannot_be_drawn(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made.good_pdf())
        ingest_into(tmp_path / "data", path)
        with Library.open(tmp_path / "data", write=True) as library:
            (stored,) = library.articles()
            with library._database.transaction() as connection:
                connection.execute("UPDATE originals SET data = ?", (b"\x89PNG\r\n\x1a\n",))
            with pytest.raises(ParseFailed):
                render_page(library, stored.sha256, 1)

    def test_the_bytes_are_kept(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(made.good_pdf())
        (loaded,) = load(path)
        assert loaded.original is not None
        assert (loaded.original.kind, loaded.original.data) == ("pdf", path.read_bytes())
