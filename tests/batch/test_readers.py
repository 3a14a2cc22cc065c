from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import orjson
import pyarrow as pa
import pytest
import zstandard
from pyarrow import parquet
from warcio.warcwriter import WARCWriter

from pipeline.batch.fields import FieldNames
from pipeline.batch.items import FileItem, Item, PageItem, TextItem
from pipeline.batch.readers import Input, Kind, find_inputs, read_items
from pipeline.errors import InputError
from pipeline.schema import REJECT_REASONS
from pipeline.types import Reject

TEXT = "产线昨天开工了。"
Give = Callable[[bytes], None]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is also the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: str, content: str | bytes = TEXT) -> str:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def records(*texts: str, **fields: str) -> bytes:
    return b"".join(orjson.dumps({"text": text, **fields}) + b"\n" for text in texts)


def found(*paths: str) -> list[str]:
    return [source.path for source in find_inputs(paths)]


def read(*paths: str, encoding: str = "") -> list[Item]:
    items = list(read_items(find_inputs(paths), encoding=encoding))
    for item in items:
        assert not isinstance(item, Reject) or item.reason in REJECT_REASONS
    return items


def told(*paths: str) -> list[tuple[str, str]]:
    """The id of each item, with its text or the reason why there is none."""
    return [
        (item.article_id, item.reason)
        if isinstance(item, Reject)
        else (item.id, item.text if isinstance(item, TextItem) else "")
        for item in read(*paths)
    ]


class TestFindInputs:
    def test_a_folder_gives_the_files_of_every_known_ending_at_every_depth_sorted(self) -> None:
        known = "txt TXT md html HTM jsonl ndjson csv tsv parquet warc wet txt.gz jsonl.zst"
        names = [f"站/{place}a.{ending}" for ending in known.split() for place in ("", "内/")]
        for name in (*names, "站/a.pdf", "站/a.gz", "站/a.tar.gz", "站/无尾"):
            write(name)
        assert found("站") == sorted(names, key=Path)

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("a.txt", Kind.ARTICLE),
            ("a.html.gz", Kind.ARTICLE),
            ("无尾", Kind.ARTICLE),
            ("a.jsonl.zst", Kind.JSONL),
            ("a.CSV", Kind.CSV),
            ("a.parquet", Kind.PARQUET),
            ("a.warc.wet.gz", Kind.ARCHIVE),
            ("a.warc", Kind.ARCHIVE),
        ],
    )
    def test_a_file_is_taken_whatever_its_ending_which_tells_what_it_holds(
        self, name: str, kind: Kind
    ) -> None:
        assert find_inputs([write(name)]) == (Input(name, kind, len(TEXT.encode())),)

    def test_a_glob_gives_the_files_that_match(self) -> None:
        for name in ("a/1.txt", "a/b/2.txt", "a/b/3.md"):
            write(name)
        assert found("a/**/*.txt") == ["a/1.txt", "a/b/2.txt"]

    def test_an_absolute_glob_works_too(self) -> None:
        write("1.txt")
        assert found(str(Path.cwd() / "*.txt")) == [str(Path.cwd() / "1.txt")]

    def test_a_name_with_brackets_is_a_file_before_it_is_a_glob(self) -> None:
        assert found(write("[1].txt")) == ["[1].txt"]

    def test_a_file_named_twice_is_taken_once(self) -> None:
        write("a/1.txt")
        assert found("a", "a/1.txt", "a/*.txt", "./a/1.txt") == ["a/1.txt"]

    def test_the_order_of_the_arguments_is_kept(self) -> None:
        assert found(write("二/1.txt"), "-", write("一/2.txt")) == ["二/1.txt", "-", "一/2.txt"]

    def test_a_folder_named_like_an_article_is_none(self) -> None:
        write("站/旧.txt/1.md")
        assert found("站") == ["站/旧.txt/1.md"]

    @pytest.mark.parametrize("path", ["没有.txt", "没有/一.txt"])
    def test_a_path_that_does_not_exist_is_an_input_error(self, path: str) -> None:
        with pytest.raises(InputError, match=f"no such file or folder: {path}"):
            find_inputs([path])

    def test_a_glob_without_a_match_is_an_input_error(self) -> None:
        with pytest.raises(InputError, match="nothing matches"):
            find_inputs(["*.txt"])

    def test_a_folder_without_articles_is_an_input_error_that_names_the_endings(self) -> None:
        write("站/图.png")
        with pytest.raises(InputError, match=r"站 holds no article \(\.txt, .*\.parquet.*\.gz or"):
            find_inputs(["站"])

    def test_a_folder_that_cannot_be_read_is_an_input_error(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write("站/1.txt")
        write("站/内/2.txt")
        scan = os.scandir

        def refuse(path: str) -> object:
            if Path(path).name == "内":
                raise PermissionError(13, "Permission denied")
            return scan(path)

        monkeypatch.setattr("os.scandir", refuse)
        with pytest.raises(InputError, match="cannot read 站: Permission denied"):
            find_inputs(["站"])

    @pytest.mark.parametrize("out", ["站/出", "./站/出/", "站/内/../出"])
    def test_the_output_of_a_run_is_no_input_of_it(self, out: str) -> None:
        for name in ("站/1.txt", "站/出/triples.jsonl", "站/出/parts/00000.jsonl", "站/内/2.txt"):
            write(name)
        for given in ("站", "站/**/*"):
            inputs = find_inputs([given], out=Path(out))
            assert [source.path for source in inputs] == ["站/1.txt", "站/内/2.txt"]
        for given in ("站/出", "站/出/triples.jsonl", "站/出/parts"):
            with pytest.raises(InputError, match=f"{given} lies in --out"):
                find_inputs([given], out=Path(out))
        with pytest.raises(InputError, match="nothing matches"):
            find_inputs(["站/出*/*.jsonl"], out=Path(out))

    def test_runs_below_a_folder_are_passed_over_but_not_one_that_is_named(self) -> None:
        for folder, sign in (("完", "manifest.json"), ("未", "parts/plan.json")):
            write(f"站/{folder}/{sign}", '{"zongheng": "0"}')
            write(f"站/{folder}/triples.jsonl")
            write(f"站/{folder}/parts/00000.jsonl")
        write("站/1.txt")
        write("站/他/manifest.json", '{"name": "theirs"}')
        write("站/他/2.txt")
        assert found("站") == ["站/1.txt", "站/他/2.txt"]
        assert found("站/完") == ["站/完/parts/00000.jsonl", "站/完/triples.jsonl"]

    def test_a_pipe_is_no_input_of_a_run(self) -> None:
        os.mkfifo("管")
        with pytest.raises(InputError, match=r"管 is no regular file.*give - to read"):
            find_inputs(["管"], out=Path("出"))
        assert found("管") == ["管"]

    def test_a_name_that_no_system_allows_is_an_input_error(self) -> None:
        with pytest.raises(InputError, match="cannot read"):
            find_inputs(["长" * 300])


class TestArticles:
    def test_each_file_is_an_item_with_its_weight(self) -> None:
        assert read(write("站/第一篇.v2.txt")) == [
            FileItem("第一篇.v2", "站/第一篇.v2.txt", len(TEXT.encode()))
        ]

    @pytest.mark.parametrize(
        ("name", "article_id"),
        [
            (" .txt", " "),
            (".txt", ".txt"),
            ("站/.md", ".md"),
            ("a b.txt", "a b"),
            ("第\n一.txt", "第\n一"),
            ("𠮷.md", "𠮷"),
            ("'\".txt", "'\""),
            ("无尾", "无尾"),
            ("a.txt.gz", "a"),
            ("a.HTML.Zst", "a"),
            (os.fsdecode(b"\xb2\xe2-1.txt"), "??-1"),
        ],
    )
    def test_a_weird_name_is_a_name(self, name: str, article_id: str) -> None:
        (item,) = read_items([Input(name, Kind.ARTICLE, 1)])
        assert isinstance(item, FileItem)
        assert item.id == article_id

    def test_a_file_that_has_gone_is_an_item_all_the_same(self) -> None:
        inputs = find_inputs([write("a.txt"), write("b.txt", "二。")])
        Path("a.txt").unlink()
        assert [type(item) for item in read_items(inputs)] == [FileItem, FileItem]

    def test_items_are_read_only_when_they_are_asked_for(self) -> None:
        items = read_items(find_inputs([write("a.jsonl", records("一", "二")), write("b.jsonl")]))
        Path("b.jsonl").unlink()
        assert isinstance(next(items), TextItem)


class TestDuplicates:
    def test_the_second_item_of_an_id_is_a_reject(self) -> None:
        _, reject = read(write("甲/1.txt"), write("n.jsonl", records("另一篇。", id="1")))
        assert reject == Reject("1", "article", "duplicate_id", "n.jsonl:1")

    def test_files_that_share_a_stem_are_told_apart_by_their_paths(self) -> None:
        paths = [write("甲/1.txt"), write("乙/1.md", "另一篇。"), write("乙/2.txt", "第三篇。")]
        assert [item_id for item_id, _ in told(*paths)] == ["甲/1.txt", "乙/1.md", "2"]

    def test_the_second_item_of_a_text_is_a_reject_that_names_its_digest(self) -> None:
        _, reject = read(write("a.txt"), write("n.jsonl", records(TEXT)))
        digest = hashlib.sha256(TEXT.encode()).hexdigest()
        detail = f"n.jsonl:1: sha256 {digest}"
        assert reject == Reject("n.jsonl:1", "article", "duplicate_text", detail)

    def test_records_of_several_files_are_compared(self) -> None:
        first, second = write("a.jsonl", records("一", id="7")), write("b.csv", "id,text\n7,二\n")
        third = write("c.csv", "id,text\n8,一\n")
        assert told(first, second, third) == [
            ("7", "一"),
            ("7", "duplicate_id"),
            ("8", "duplicate_text"),
        ]

    def test_empty_files_are_not_each_other_s_duplicates(self) -> None:
        assert [type(item) for item in read(write("a.txt", ""), write("b.txt", ""))] == [
            FileItem,
            FileItem,
        ]

    def test_an_id_that_only_a_bad_record_had_is_free(self) -> None:
        content = records("", id="7") + records("一", id="7")
        assert told(write("a.jsonl", content)) == [("7", "empty"), ("7", "一")]


def packed_csv(*texts: str) -> bytes:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerows([["text", "n"], *([text, "1"] for text in texts)])
    return file.getvalue().encode("utf-8-sig")


def packed_parquet(*texts: str) -> bytes:
    file = io.BytesIO()
    parquet.write_table(pa.table({"text": list(texts)}), file, row_group_size=1)
    return file.getvalue()


def packed_wet(*texts: str) -> bytes:
    file = io.BytesIO()
    writer = WARCWriter(file, gzip=False)
    for number, text in enumerate(texts):
        writer.write_record(
            writer.create_warc_record(
                f"https://a.example/{number}",
                "conversion",
                payload=io.BytesIO(text.encode()),
                warc_content_type="text/plain",
            )
        )
    return file.getvalue()


FORMATS = {
    "jsonl": records("一\n二", "三"),
    "csv": packed_csv("一\n二", "三"),
    "parquet": packed_parquet("一\n二", "三"),
    "wet": packed_wet("一\n二", "三"),
}
PACKED = [
    *[(f"n.{ending}", content) for ending, content in FORMATS.items()],
    *[
        (f"n.{ending}{suffix}", pack(content))
        for ending, content in FORMATS.items()
        if ending != "parquet"
        for suffix, pack in ((".gz", gzip.compress), (".zst", zstandard.compress))
    ],
]


class TestRecords:
    @pytest.mark.parametrize(("name", "content"), PACKED, ids=[name for name, _ in PACKED])
    def test_every_format_gives_its_texts(self, name: str, content: bytes) -> None:
        assert [text for _, text in told(write(name, content))] == ["一\n二", "三"]

    def test_a_record_without_an_id_is_named_after_its_file_and_line(self) -> None:
        path = write("站/n.jsonl.gz", gzip.compress(b"\n" + records("一")))
        (item,) = read(path)
        assert item == TextItem("n.jsonl:2", "站/n.jsonl.gz:2", "一", source="n.jsonl")

    def test_files_of_one_name_are_told_apart_by_their_paths(self) -> None:
        paths = write("甲/n.jsonl", records("一")), write("乙/n.jsonl", records("二"))
        assert told(*paths) == [("甲/n.jsonl:1", "一"), ("乙/n.jsonl:1", "二")]

    def test_a_bad_record_is_a_reject_with_its_place_and_the_next_is_read(self) -> None:
        first, bad, last = read(write("站/n.jsonl", records("一") + b"{\n" + records("二")))
        assert isinstance(first, TextItem)
        assert isinstance(bad, Reject)
        assert (bad.article_id, bad.reason) == ("n.jsonl:2", "bad_record")
        assert bad.detail.startswith("站/n.jsonl:2: not JSON: ")
        assert isinstance(last, TextItem)

    @pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
    @pytest.mark.parametrize("ending", ["jsonl", "csv", "wet"])
    def test_what_comes_before_the_damage_is_read_and_one_reject_tells_of_it(
        self, ending: str, pack: Callable[[bytes], bytes]
    ) -> None:
        texts = [f"第{number}篇：{number**9}" for number in range(3_000)]
        packers = {"jsonl": records, "csv": packed_csv, "wet": packed_wet}
        whole = pack(packers[ending](*texts))
        *items, reject = read(write(f"n.{ending}.gz", whole[:-500]))
        assert len(items) > 1_000
        assert [item.text for item in items if isinstance(item, TextItem)] == texts[: len(items)]
        assert isinstance(reject, Reject)
        assert (reject.article_id, reject.reason) == (f"n.{ending}", "unreadable")
        assert "is damaged or not whole (cut off)" in reject.detail

    @pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "a.warc"])
    def test_a_file_that_has_gone_is_a_reject_and_the_next_is_read(self, name: str) -> None:
        inputs = find_inputs([write(name, b""), write("b.jsonl", records("一"))])
        Path(name).unlink()
        gone, item = read_items(inputs)
        assert gone == Reject(name, "article", "unreadable", f"{name}: No such file or directory")
        assert isinstance(item, TextItem)

    @pytest.mark.parametrize("name", ["a.parquet", "a.warc.gz"])
    def test_a_file_that_is_not_what_its_ending_says_is_a_reject(self, name: str) -> None:
        reject, item = read(write(name, records("一")), write("b.jsonl", records("二")))
        assert isinstance(reject, Reject)
        assert (reject.reason, isinstance(item, TextItem)) == ("unreadable", True)
        assert reject.detail.startswith(f"{name}: not a whole ")

    def test_the_named_encoding_is_that_of_the_records(self) -> None:
        path = write("a.csv", "标题,正文\n题,一。\n".encode("gb18030"))
        (item,) = read(path, encoding="gb18030")
        assert isinstance(item, TextItem)
        assert (item.title, item.text) == ("题", "一。")

    def test_the_fields_that_are_taken_are_told_once_for_each_file(self) -> None:
        heard: list[tuple[str, FieldNames]] = []
        first = write("a.jsonl", b"{\n" + records("一", "二", url="u"))
        inputs = find_inputs([first, write("b.csv", "标题,正文\n题,三\n"), write("c.txt")])
        list(read_items(inputs, taken=lambda *told: heard.append(told)))
        assert heard == [
            ("a.jsonl", FieldNames(text="text", id="url", source="url")),
            ("b.csv", FieldNames(text="正文", title="标题")),
        ]

    def test_the_named_fields_are_taken(self) -> None:
        inputs = find_inputs([write("a.jsonl", records("否", raw="一", key="七"))])
        (item,) = read_items(inputs, FieldNames(text="raw", id="key"))
        assert isinstance(item, TextItem)
        assert (item.id, item.text) == ("七", "一")

    @pytest.mark.parametrize("name", [name for name, _ in PACKED if "parquet" not in name])
    def test_the_bytes_of_all_inputs_are_told(self, name: str) -> None:
        done: list[int] = []
        inputs = find_inputs([write("a.txt"), write(name, dict(PACKED)[name])])
        list(read_items(inputs, advance=done.append))
        assert sum(done) == sum(source.size for source in inputs)

    def test_a_page_of_an_archive_keeps_its_bytes(self) -> None:
        file = io.BytesIO()
        writer = WARCWriter(file, gzip=True)
        html = f"<p>{TEXT}</p>".encode("gb18030")
        payload = io.BytesIO(html)
        writer.write_record(
            writer.create_warc_record(
                "https://a.example/", "resource", payload=payload, warc_content_type="text/html"
            )
        )
        (page,) = read(write("a.warc.gz", file.getvalue()))
        url = "https://a.example/"
        assert page == PageItem(url, "a.warc.gz:1", html, "", url)


class TestStandardInput:
    @pytest.fixture
    def give(self, monkeypatch: pytest.MonkeyPatch) -> Give:
        def give(content: bytes) -> None:
            buffer = io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type]
            monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=buffer))

        return give

    @pytest.mark.parametrize(
        "content",
        [
            records("一"),
            b"\xef\xbb\xbf\n " + records("一"),
            gzip.compress(records("一")),
            zstandard.compress(records("一")),
            packed_wet("一"),
        ],
        ids=["JSONL", "byte-order mark", "gzip", "zstd", "WARC"],
    )
    def test_what_it_holds_is_told_by_its_beginning(self, give: Give, content: bytes) -> None:
        give(content)
        assert [text for _, text in told("-")] == ["一"]

    def test_its_records_are_named_after_it(self, give: Give) -> None:
        give(records("一") + b"{\n")
        item, reject = read("-")
        assert item == TextItem("stdin:1", "stdin:1", "一", source="stdin")
        assert isinstance(reject, Reject)
        assert reject.article_id == "stdin:2"

    def test_nothing_holds_nothing(self, give: Give) -> None:
        give(b"")
        assert read("-") == []

    @pytest.mark.parametrize("content", [TEXT.encode(), b"text,id\n", packed_parquet("一")])
    def test_another_format_is_an_input_error(self, give: Give, content: bytes) -> None:
        give(content)
        with pytest.raises(InputError, match="neither JSONL nor WARC"):
            read("-")
