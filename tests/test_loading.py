"""Encodings, folders, sidecars, ready articles, archives."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

import opencc
import pytest
from loaded_files import only

from ingest.files.loading import LoadedFile, discover, load, shown_name
from ingest.lines.encodings import decode, plausibility
from rag.errors import (
    ArchiveCorrupt,
    DocumentError,
    EmptyDocument,
    FileMissing,
    FileUnreadable,
    FormatUnsupported,
    PartsFailed,
    RecordInvalid,
)

SHORT = (
    "今天天气很好。",
    "第三版要闻",
    "本报记者报道",
    "市长去了哪里？",
    "桥通车了！",
    "二〇二四年五月",
    "水位下降两米",
    "他没有回答。",
    "全市经济工作会议",
    "新闻链接",
    "小区改造完成",
    "他说：“可以。”",
)
LONG = (
    "清晨六点，江边的老码头已经热闹起来，挑夫们把一筐筐鲜鱼抬上岸，吆喝声此起彼伏。",
    "据统计，去年全县新增就业4.2万人，比上年增长6.8%，其中返乡创业的青年占了三成。",
    "记者在现场看到，工人们正用吊车把三十多吨重的钢梁缓缓放到桥墩上，误差不超过两毫米。",
    "老人从抽屉里取出一本泛黄的日记，翻到1978年的那一页，说：“那天我考上了大学。”",
    "会议指出，要把生态保护放在优先位置，坚持山水林田湖草沙一体化保护和系统治理。",
    "图书馆周末开放到晚上九点，读者凭身份证就可以借书，每次最多五本，期限一个月。",
    "山上的茶园被云雾罩着，采茶的妇女背着竹篓，一边说笑一边把嫩芽摘下来。",
    "气象台预计，未来三天本市有中到大雨，局部地区有暴雨，请市民减少外出。",
    "这项技术把污水里的氮和磷分离出来，制成肥料，每吨成本比进口产品低四成。",
    "新修的公路绕过村子，直接通到镇上的集市，卖菜的农民再也不用半夜出门了。",
    "Python 3.11 发布以后，课程组把实验环境升级了一遍，学生反映运行速度快了不少。",
    "博物馆新展出的青铜器共有86件（套），年代最早的一件距今约三千二百年。",
    "孩子们围着老艺人，看他用糖稀吹出一只会转的风车，谁也舍不得先尝一口。",
    "法院认为，被告未按合同约定交货，应当承担违约责任，赔偿原告损失十二万元。",
    "凌晨两点，值班医生王芳接到电话，十分钟后就和护士一起赶到了山下的卫生院。",
)
SENTENCES = (*SHORT, *LONG)


def traditional(text: str) -> str:
    return str(opencc.OpenCC("s2tw").convert(text))


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def parts(path: Path) -> tuple[list[LoadedFile], list[DocumentError]]:
    errors: list[DocumentError] = []
    return list(load(path, errors.append)), errors


class TestEncodings:
    @pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
    @pytest.mark.parametrize("text", SENTENCES)
    def test_each_sentence_alone(self, text: str, codec: str) -> None:
        decoded = decode(text.encode(codec))
        assert decoded is not None
        assert (decoded.text, decoded.encoding) == (text, codec)

    @pytest.mark.parametrize("codec", ["big5", "gb18030", "utf-8", "utf-16"])
    @pytest.mark.parametrize("text", SENTENCES)
    def test_each_traditional_sentence_alone(self, text: str, codec: str) -> None:
        text = traditional(text).replace("〇", "○")
        decoded = decode(text.encode("cp950" if codec == "big5" else codec))
        assert decoded is not None
        assert (decoded.text, decoded.encoding) == (text, codec)

    @pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
    @pytest.mark.parametrize("text", [*LONG, "\n".join(SHORT)])
    def test_utf16_without_a_mark(self, text: str, codec: str) -> None:
        decoded = decode(text.encode(codec))
        assert decoded is not None
        assert (decoded.text, decoded.encoding) == (text, codec)

    @pytest.mark.parametrize(
        "text",
        ["OK", "pe", "Hello, world.", "2024-05-20\n", "bush hid the facts", "café", "naïve…"],
    )
    def test_latin_text_stays_utf8(self, text: str) -> None:
        decoded = decode(text.encode())
        assert decoded is not None
        assert (decoded.text, decoded.encoding) == (text, "utf-8")

    @pytest.mark.parametrize(
        "data",
        [
            bytes(range(128, 256)) * 3,
            "Привет, как дела? Хорошо.".encode("koi8-r"),
            b"\xff\xfe\x00\xd8",  # a lone surrogate behind a byte order mark
            b"\xef\xbb\xbf\xff\xff",
            "中文".encode() + b"\xff\xfe\xfd",
        ],
    )
    def test_what_no_codec_explains(self, data: bytes) -> None:
        assert decode(data) is None

    def test_plausibility_is_a_share(self) -> None:
        assert plausibility("的一是在") == 1.0
        assert plausibility("plain") == 0.0
        assert plausibility("的\ue000") == 0.0

    def test_text_is_unchanged(self, tmp_path: Path) -> None:
        text = "　　第一行\r\n第二行\r第三行\n\n\u2028末行　"
        data = b"\xef\xbb\xbf" + text.encode()
        loaded = only(write(tmp_path / "a.txt", data))
        assert loaded.source.text == text
        assert loaded.source.encoding == "utf-8-sig"
        assert loaded.source.sha256 == hashlib.sha256(data).hexdigest()


class TestDiscover:
    def test_below_folders_sorted_without_hidden_and_foreign(self, tmp_path: Path) -> None:
        for name in ("b.txt", "a.md", ".c.txt", "d.exe", "sub/e.TXT", ".git/f.txt", "sub/g.pdf"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            write(tmp_path / name, "字")
        found = [path.relative_to(tmp_path).as_posix() for path in discover([tmp_path])]
        assert found == ["a.md", "b.txt", "sub/e.TXT", "sub/g.pdf"]

    def test_named_files_are_kept_once(self, tmp_path: Path) -> None:
        odd = write(tmp_path / "x.exe", "字")
        text = write(tmp_path / "a.txt", "字")
        assert discover([odd, tmp_path, text]) == [odd, text]

    def test_links_form_no_loop(self, tmp_path: Path) -> None:
        write(tmp_path / "a.txt", "字")
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
        (tmp_path / "dangling.txt").symlink_to(tmp_path / "nowhere")
        assert discover([tmp_path]) == [tmp_path / "a.txt"]

    def test_missing(self, tmp_path: Path) -> None:
        with pytest.raises(FileMissing):
            discover([tmp_path / "no"])


class TestMetadata:
    def test_file_name(self, tmp_path: Path) -> None:
        loaded = only(write(tmp_path / "2023-10-30_江州日报_第5版.txt", "正文。"))
        said = (loaded.metadata.date, loaded.metadata.newspaper, loaded.metadata.page)
        assert said == ("2023-10-30", "江州日报", "5")
        assert not loaded.ready

    @pytest.mark.parametrize("codec", ["utf-8-sig", "gb18030"])
    def test_sidecar_wins_over_file_name(self, tmp_path: Path, codec: str) -> None:
        table = "文件,标题,作者,日期\na_2020-01-01.txt,桥通车了,张三、李四,2021年2月3日\n"
        write(tmp_path / "metadata.csv", table.encode(codec))
        path = write(tmp_path / "a_2020-01-01.txt", "正文。")
        assert discover([tmp_path]) == [path]
        metadata = only(path).metadata
        assert metadata.title == "桥通车了"
        assert metadata.authors == ("张三", "李四")
        assert metadata.date == "2021-02-03"

    def test_a_changed_sidecar_is_read_again(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.txt", "正文。")
        write(tmp_path / "metadata.csv", "file,title\na.txt,旧\n")
        assert only(path).metadata.title == "旧"
        write(tmp_path / "metadata.csv", "file,title\na.txt,新标题\n")
        assert only(path).metadata.title == "新标题"


class TestReadyArticles:
    def test_jsonl_names_bad_lines_and_keeps_the_others(self, tmp_path: Path) -> None:
        good = {
            "id": "n1",
            "title": "桥",
            "text": "第一段。\n第二段。",
            "authors": ["张三", "李四"],
        }
        lines = [
            json.dumps(good, ensure_ascii=False),
            "{不是 JSON}",
            '{"title": "没有正文"}',
            '{"text": "坏\\ud800字"}',
            '{"text": "有\\u0000零"}',
            "[" * 100_000,
            "",
            json.dumps({"text": "第八行。"}, ensure_ascii=False),
        ]
        data = b"\xef\xbb\xbf" + "\r\n".join(lines).encode()
        path = write(tmp_path / "a.jsonl", data)
        loaded, errors = parts(path)
        assert [item.source.text for item in loaded] == ["第一段。\n第二段。", "第八行。"]
        assert all(item.ready for item in loaded)
        first = loaded[0].metadata
        assert (first.article_id, first.title, first.authors) == ("n1", "桥", ("张三", "李四"))
        assert [item.source.path.rpartition("#")[2] for item in loaded] == ["n1", "8"]
        assert len({item.source.sha256 for item in loaded}) == 2
        assert all(isinstance(error, RecordInvalid) for error in errors)
        assert [error.context["line"] for error in errors] == [2, 3, 4, 5, 6]

    def test_without_a_report_errors_come_after_the_good_ones(self, tmp_path: Path) -> None:
        path = write(tmp_path / "a.jsonl", '坏\n{"text": "好。"}\n坏\n')
        loading = load(path)
        assert next(loading).source.text == "好。"
        with pytest.raises(PartsFailed, match="第 1 行"):
            next(loading)
        path = write(tmp_path / "b.jsonl", '坏\n{"text": "好。"}\n')
        with pytest.raises(RecordInvalid, match="第 1 行"):
            list(load(path))

    @pytest.mark.parametrize("codec", ["utf-8-sig", "gb18030", "utf-16"])
    def test_csv(self, tmp_path: Path, codec: str) -> None:
        table = (
            '标题,正文,报纸\n桥,"第一段，有逗号。\n第二段。",江州日报\n空,,江州日报\n路,路通了。,\n'
        )
        path = write(tmp_path / "a.csv", table.encode(codec))
        loaded, errors = parts(path)
        assert [item.source.text for item in loaded] == ["第一段，有逗号。\n第二段。", "路通了。"]
        assert loaded[0].metadata.newspaper == "江州日报"
        assert loaded[0].source.encoding == codec
        assert [error.context["line"] for error in errors] == [4]

    def test_gb18030_jsonl(self, tmp_path: Path) -> None:
        lines = [json.dumps({"text": text}, ensure_ascii=False) for text in SENTENCES]
        path = write(tmp_path / "a.jsonl", "\n".join(lines).encode("gb18030"))
        loaded, errors = parts(path)
        assert [item.source.text for item in loaded] == list(SENTENCES)
        assert not errors

    def test_memory_does_not_hold_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for number in range(3):
                file.write(json.dumps({"id": number, "text": "字" * 1000}) + "\n")
            file.write("坏")
        loading = load(path, lambda _: None)
        assert next(loading).metadata.article_id == "0"
        path.unlink()  # still being read, line by line
        assert [item.metadata.article_id for item in loading] == ["1", "2"]

    def test_csv_without_text_column_is_a_table(self, tmp_path: Path) -> None:
        loaded = only(write(tmp_path / "a.csv", "站点,水位\n柳湾站,12.5\n"))
        assert "站点：柳湾站" in loaded.source.text
        assert "水位：12.5" in loaded.source.text

    def test_no_records(self, tmp_path: Path) -> None:
        with pytest.raises(EmptyDocument):
            only(write(tmp_path / "a.jsonl", "\n\n"))


def make_zip(path: Path, members: Sequence[tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


class TestArchives:
    def test_members_of_all_kinds(self, tmp_path: Path) -> None:
        path = make_zip(
            tmp_path / "报纸.zip",
            [
                ("乙/2024-05-20_江州日报_第2版.txt", "二版。".encode("gb18030")),
                ("甲.md", "# 标题\n正文。".encode()),
                ("甲.jsonl", '{"text": "文章。"}\n坏'.encode()),
                ("乙/metadata.csv", "文件,作者\n2024-05-20_江州日报_第2版.txt,张三\n".encode()),
                ("坏.txt", b"\0\1\2\3"),
                ("程序.exe", b"MZ"),
                (".hidden.txt", b"x"),
                ("__MACOSX/._a.txt", b"x"),
            ],
        )
        loaded, errors = parts(path)
        by_name = {item.source.name: item for item in loaded}
        assert set(by_name) == {"2024-05-20_江州日报_第2版.txt", "甲.md", "甲.jsonl"}
        page = by_name["2024-05-20_江州日报_第2版.txt"]
        assert page.source.text == "二版。"
        assert page.source.path == f"{path}!/乙/2024-05-20_江州日报_第2版.txt"
        assert page.source.sha256 == hashlib.sha256("二版。".encode("gb18030")).hexdigest()
        assert page.metadata.authors == ("张三",)
        assert page.metadata.page == "2"
        assert by_name["甲.jsonl"].ready
        assert sorted(error.code for error in errors) == ["record_invalid", "type_mismatch"]

    def test_names_in_the_packers_own_encoding(self, tmp_path: Path) -> None:
        name = "重庆新闻第三版.txt"
        path = make_zip(tmp_path / "a.zip", [(name.encode("gb18030").hex()[:20], b"x")])
        raw = path.read_bytes()
        placeholder = name.encode("gb18030").hex()[:20].encode()
        packed = name.encode("gb18030")[: len(placeholder) - 4] + b".txt"
        path.write_bytes(raw.replace(placeholder, packed))
        assert only(path).source.name == packed.decode("gb18030")

    def test_nothing_readable_inside(self, tmp_path: Path) -> None:
        with pytest.raises(EmptyDocument):
            only(make_zip(tmp_path / "a.zip", [("a.exe", b"MZ")]))

    def test_a_zip_in_a_zip_is_not_opened(self, tmp_path: Path) -> None:
        inner = make_zip(tmp_path / "b.zip", [("a.txt", "字".encode())]).read_bytes()
        path = make_zip(tmp_path / "a.zip", [("b.zip", inner), ("c.txt", "外面。".encode())])
        assert only(path).source.text == "外面。"

    @pytest.mark.parametrize("name", ["../a.txt", "/etc/a.txt", "C:/a.txt", "a/../../b.txt"])
    def test_names_that_lead_elsewhere(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ArchiveCorrupt):
            only(make_zip(tmp_path / "a.zip", [(name, b"x"), ("b.txt", b"x")]))


class TestFilesThatCannotBeRead:
    def test_unsupported(self, tmp_path: Path) -> None:
        with pytest.raises(FormatUnsupported, match="docx"):
            only(write(tmp_path / "a.exe", "字"))

    def test_gone(self, tmp_path: Path) -> None:
        with pytest.raises(FileMissing):
            only(tmp_path / "a.txt")

    def test_a_folder_or_a_pipe(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").mkdir()
        with pytest.raises(FileUnreadable):
            only(tmp_path / "a.txt")
        os.mkfifo(tmp_path / "b.txt")
        with pytest.raises(FileUnreadable):
            only(tmp_path / "b.txt")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\u202etxt.exe", "a\ufffdtxt.exe"),
        ("a\nb.txt", "a\ufffdb.txt"),
        ("零\u200b宽.txt", "零\ufffd宽.txt"),
        (os.fsdecode(b"\xd6\xd0.txt"), r"\xd6\xd0.txt"),
        ("报纸.txt", "报纸.txt"),
    ],
)
def test_shown_name(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_question_sets_in_a_folder_are_left_out_and_tables_of_data_are_not(tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text('{"text": "桥修好了。"}\n', encoding="utf-8")
    (tmp_path / "questions.jsonl").write_text('{"question": "桥呢？"}\n', encoding="utf-8")
    (tmp_path / "scores.csv").write_text("id,score\n1,2\n", encoding="utf-8")
    assert [file.name for file in discover([tmp_path])] == ["articles.jsonl", "scores.csv"]
    assert discover([tmp_path / "questions.jsonl"])  # named, it is meant
