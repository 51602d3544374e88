"""Where settings come from, what is wrong with them and where, and how the file is written."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from rag.errors import LibraryReadOnly, SettingInvalid, SettingsError, SettingUnknown, StorageFull
from rag.settings import Settings, load, load_settings
from rag.settings.catalogue import MASKED, Effect, at, catalogue, groups, nearest, setting
from rag.settings.reference import markdown
from rag.settings.report import records
from rag.settings.writing import value_of, write
from ui.cli import run

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("YOUJU_")]:
        monkeypatch.delenv(name)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "data"


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / "youju.toml"
    file.write_text(text, encoding="utf-8")
    return file


def refused(home: Path, **overrides: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(home, **overrides)
    return str(caught.value)


# ---- what there is ----


def test_every_setting_is_explained_in_chinese_and_its_default_is_in_range() -> None:
    assert sum(len(members) for _, _, members in groups()) == len(catalogue())
    for key, one in catalogue().items():
        assert any("\u4e00" <= character <= "\u9fff" for character in one.about), key
        assert one.about.endswith("。"), key
        assert one.range, key
        if one.default is not None and key != "data_dir":
            value_of(key, one.default)
        if one.least is not None:
            with pytest.raises(SettingInvalid, match=f"{one.least:g}"):
                value_of(key, one.least - 1)
        assert at(Settings(), key) == one.default


def test_the_reference_page_is_up_to_date() -> None:
    kept = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert kept == markdown(), "run: make reference"
    for one in catalogue().values():
        assert f"### `{one.key}`\n" in kept
        assert all(f"`{name}`" in kept for name in one.environment)


def test_only_what_hangs_on_no_model_changes_at_once() -> None:
    """The fingerprint covers all of it that changes answers: a receipt tells them apart."""
    live = [key for key, one in catalogue().items() if one.effect is Effect.NOW]
    assert {key.partition(".")[0] for key in live} == {"answer", "retrieval", "ui"}
    assert "answer.scorer" not in live


def test_the_fingerprint_of_the_defaults_stays() -> None:
    assert Settings().fingerprint() == "2847d94dfe6d", "a field more, or another order"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("threshold", "answer.threshold"),
        ("answer.treshold", "answer.threshold"),
        ("ANSWER.THRESHOLD", "answer.threshold"),
        ("answer.max-quote", "answer.max_quote"),
        ("answers.max_quote", "answer.max_quote"),
        ("server.prot", "server.port"),
        ("passages", "passages.size"),
    ],
)
def test_a_slip_finds_the_key_that_was_meant(typed: str, meant: str) -> None:
    assert nearest(typed)[0] == meant
    with pytest.raises(SettingUnknown, match=meant):
        setting(typed)


# ---- where values come from ----


def test_each_source_wins_over_the_one_below(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> tuple[Any, str]:
        loaded = load(home, **flags)
        return loaded.settings.server.port, loaded.origins["server.port"].words

    flags: dict[str, Any] = {}
    assert told() == (7860, "默认值")
    here = written(Path.cwd(), "[server]\nport = 1\n")
    assert told() == (1, f"文件 {here}")
    there = written(home, "[server]\nport = 2\n")
    assert told() == (2, f"文件 {there}")
    monkeypatch.setenv("YOUJU_SERVER__PORT", "3")
    assert told() == (3, "环境变量 YOUJU_SERVER__PORT")
    flags = {"server": {"port": 4}}
    assert told() == (4, "命令行 --port")


def test_a_file_in_the_directory_where_it_runs_is_one_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(home, "[answer]\nread = 2\n")
    monkeypatch.chdir(home)
    loaded = load(Path())
    assert [layer.path for layer in loaded.layers if layer.path] == [file]


def test_a_file_with_a_byte_order_mark_is_read(home: Path) -> None:
    written(home, "\ufeff[answer]\nread = 2\n")
    assert load_settings(home).answer.read == 2


def test_a_secret_is_shown_nowhere(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOUJU_TOKEN", "geheim")
    loaded = load(home)
    token = next(one for one in records(loaded) if one["key"] == "server.token")
    assert token["value"] == MASKED
    assert token["source"]["words"] == "环境变量 YOUJU_TOKEN"
    assert "geheim" not in str(records(loaded))


# ---- what is wrong, and where ----


def test_a_bad_value_is_told_with_its_file_and_key(home: Path) -> None:
    file = written(home, "[answer]\nthreshold = 7\n")
    told = refused(home)
    assert "answer.threshold：7 不行，应是 0 到 1 的数" in told
    assert f"请检查 {file} 里的 answer.threshold。" in told


def test_a_bad_value_is_told_with_its_variable(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(home, "[answer]\nthreshold = 0.3\nread = 99\n")
    monkeypatch.setenv("YOUJU_ANSWER__THRESHOLD", "高")
    told = refused(home)
    assert "高 不行，应是 0 到 1 的数（来自环境变量 YOUJU_ANSWER__THRESHOLD）" in told
    assert f"99 不行，应是 1 到 20 的整数（来自文件 {home / 'youju.toml'}）" in told


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"YOUJU_ANSWER__TRESHOLD": "1"}, "没有这一项设置，是不是 answer.threshold"),
        ({"YOUJU_ANSWER": "1"}, "answer：这是一组设置"),
        ({"YOUJU_ANSWER": "1", "YOUJU_ANSWER__READ": "2"}, "answer：这是一组设置"),
        ({"YOUJU_SERVER__BEHIND_PROXY": "maybe"}, "应是 true 或 false"),
        ({"YOUJU_SERVER__ALLOWED_HOSTS": '["a"'}, "不是合法的 JSON 列表"),
        ({"YOUJU_SERVER__ALLOWED_ORIGINS": "*"}, "必须同时设访问口令"),
        ({"YOUJU_RETRIEVAL__SYSTEMS": "all"}, "both、dense、lexical 之一"),
        ({"YOUJU_NONSENSE": "1"}, "没有这一项设置"),
    ],
)
def test_a_bad_variable_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], words: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    told = refused(home)
    assert words in told
    assert next(iter(variables)) in told


def test_a_secret_is_not_repeated_by_an_error(home: Path) -> None:
    written(home, '[server]\ntoken = ["geheim"]\n')
    told = refused(home)
    assert "server.token" in told
    assert "geheim" not in told


# ---- writing ----

TEXT = """# 我的设置

[server]   # 只听本机
port = 7000

[answer]
nearest = 2          # 少列几处
threshold = 0.5      # 试出来的
"""


def test_comments_and_order_stay(home: Path) -> None:
    file = written(home, TEXT)
    assert write(file, {"answer.threshold": 0.3, "server.port": 7001}) == []
    text = file.read_text(encoding="utf-8")
    assert text == TEXT.replace("0.5 ", "0.3 ").replace("7000", "7001")
    write(file, {"answer.nearest": None})
    assert "nearest" not in file.read_text(encoding="utf-8")
    assert file.read_text(encoding="utf-8").count("#") == 3


@pytest.mark.parametrize(
    "before",
    [
        "",
        "answer.nearest = 2\n",
        "answer = { nearest = 2 }\n",
        "[answer]\r\nnearest = 2\r\n",
        "[answer]\nnearest = 2\n[server]\nport = 1\n[retrieval]\nrrf_k = 3\n",
        "\ufeff[answer]\nnearest = 2\n",
        "[server]\nport = 1\n\n\n# das Ende",
    ],
)
def test_any_way_of_writing_is_kept(home: Path, before: str) -> None:
    file = written(home, before)
    file.write_bytes(before.encode())
    wanted = tomllib.loads(before.removeprefix("\ufeff"))
    for key, value in {
        "answer.threshold": 0.3,
        "server.allowed_hosts": ["a", "b"],
        "embedding.model": "/模型/甲",
        "server.behind_proxy": True,
    }.items():
        section, name = key.split(".")
        wanted.setdefault(section, {})[name] = value
        write(file, {key: value})
        assert tomllib.loads(file.read_text(encoding="utf-8")) == wanted
    assert b"\r\n" in file.read_bytes() or "\r\n" not in before


@pytest.mark.parametrize(
    ("before", "key", "value"),
    [
        ("[answer\n", "answer.read", 2),
        ("answer = 3\n", "answer.read", 2),
        (TEXT, "answer.read", 99),
        (TEXT, "server.allowed_origins", ["*"]),
        (TEXT, "answer.treshold", 0.3),
    ],
)
def test_what_would_be_wrong_is_not_written(
    home: Path, before: str, key: str, value: object
) -> None:
    file = written(home, before)
    with pytest.raises(SettingsError):
        write(file, {key: value})
    assert file.read_text(encoding="utf-8") == before
    assert [one.name for one in home.iterdir()] == ["youju.toml"]


def test_a_file_that_is_wrong_can_be_mended_key_by_key(home: Path) -> None:
    file = written(home, "[answer]\nread = 99\ntreshold = 1\n")
    assert any("treshold" in one for one in write(file, {"answer.read": 3}))
    assert write(file, {"answer.treshold": None}) == []
    assert load_settings(home).answer.read == 3


def test_a_full_disk_leaves_the_old_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(home, TEXT)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StorageFull):
        write(file, {"answer.threshold": 0.3})
    assert file.read_text(encoding="utf-8") == TEXT
    assert [one.name for one in home.iterdir()] == ["youju.toml"]


def test_a_place_that_takes_no_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises((LibraryReadOnly, SettingsError)) as caught:
        write(tmp_path / "file" / "youju.toml", {"answer.threshold": 0.3})
    assert caught.value.exit_code == 2


def test_a_new_file_with_a_secret_is_for_its_owner_alone(home: Path) -> None:
    write(home / "youju.toml", {"server.token": "geheim"})
    assert (home / "youju.toml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("below", ["", "in/it"])
def test_a_data_directory_that_is_a_file_is_told_of(
    home: Path, below: str, capsys: pytest.CaptureFixture[str]
) -> None:
    home.write_text("x", encoding="utf-8")
    place = home / below
    commands = (
        ["articles", "list"],
        ["ask", "什么"],
        ["serve", "--port", "0"],
        ["doctor"],
        ["jobs"],
    )
    for command in (*commands, ["users", "list"], ["backup", "b.zip"], ["config", "show"]):
        assert run(["--data-dir", str(place), *command]) == 2, command
        (line,) = capsys.readouterr().err.splitlines()
        assert "data_dir_unusable" in line
        assert f"{home}" in line
    assert home.read_text(encoding="utf-8") == "x"
