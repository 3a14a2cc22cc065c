from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from pyarrow import parquet

from pipeline.batch import records
from pipeline.batch.fields import GUESSED, FieldNames, text_item
from pipeline.batch.items import TextItem
from pipeline.batch.records import BadRecord, Record, read_csv, read_jsonl, read_parquet
from pipeline.errors import InputError
from pipeline.types import Reject

TEXT = "产线昨天开工了。"


def stream(content: bytes | str) -> io.BufferedReader:
    content = content.encode() if isinstance(content, str) else content
    return io.BufferedReader(io.BytesIO(content))  # type: ignore[arg-type]


def jsonl(content: bytes | str, encoding: str = "") -> list[Record | BadRecord]:
    return list(read_jsonl(stream(content), encoding))


def table(
    content: bytes | str, encoding: str = "", delimiter: str = ",", names: FieldNames = GUESSED
) -> list[Record | BadRecord]:
    return list(read_csv(stream(content), names, encoding, delimiter))


def told(read: list[Record | BadRecord]) -> list[tuple[int, object]]:
    """The line of each record, with its text or the reason why there is none."""
    return [
        (one.line, one.values["text"] if isinstance(one, Record) else one.reason) for one in read
    ]


class TestJsonl:
    def test_each_line_is_a_record(self) -> None:
        read = jsonl('{"text": "一"}\n{"text": "二", "n": 2}\n')
        assert read == [Record(1, {"text": "一"}), Record(2, {"text": "二", "n": 2})]

    @pytest.mark.parametrize(
        "content",
        [
            '{"text": "一"}\r\n{"text": "二"}\r\n',
            '\ufeff{"text": "一"}\n{"text": "二"}\n',
            '{"text": "一"}\n{"text": "二"}',
            '{"text": "一"}\n  {"text": "二"}  \n',
        ],
        ids=["CRLF", "byte-order mark", "no end of line", "blanks"],
    )
    def test_the_ways_to_write_lines_make_no_difference(self, content: str) -> None:
        assert told(jsonl(content)) == [(1, "一"), (2, "二")]

    def test_blank_lines_are_nothing_but_count(self) -> None:
        assert told(jsonl('\n{"text": "一"}\n \r\n{"text": "二"}\n\n')) == [(2, "一"), (4, "二")]

    def test_separators_of_unicode_end_no_line(self) -> None:
        assert told(jsonl('{"text": "一\u2028二\x85三"}\n')) == [(1, "一\u2028二\x85三")]

    @pytest.mark.parametrize(
        "line", ['{"text": ', "text", "[1, 2]", '"一"', "17", '{"text": NaN}', "{'text': '一'}"]
    )
    def test_a_broken_line_costs_itself_alone(self, line: str) -> None:
        read = jsonl(f'{{"text": "一"}}\n{line}\n{{"text": "二"}}\n')
        assert told(read) == [(1, "一"), (2, "bad_record"), (3, "二")]

    def test_a_line_that_is_cut_off_is_bad(self) -> None:
        assert told(jsonl('{"text": "一"}\n{"text": "二')) == [(1, "一"), (2, "bad_record")]

    def test_nesting_without_end_stops_nothing(self) -> None:
        read = jsonl('{"text":' + "[" * 100_000 + '\n{"text": "二"}\n')
        assert told(read) == [(1, "bad_record"), (2, "二")]

    def test_bytes_that_are_not_utf8_cost_their_line_alone(self) -> None:
        content = b'{"text": "\xb2\xe2"}\n{"text": "\xe4\xba\x8c"}\n{"text": "\xe4\xba"}\n'
        read = jsonl(content)
        assert told(read) == [(1, "unknown_encoding"), (2, "二"), (3, "unknown_encoding")]
        assert isinstance(read[0], BadRecord)
        assert read[0].detail == "not utf-8 from character 11 on"

    def test_replacement_characters_are_text_like_any_other(self) -> None:
        assert told(jsonl('{"text": "一\ufffd"}\n')) == [(1, "一\ufffd")]

    @pytest.mark.parametrize("encoding", ["gb18030", "big5hkscs", "utf-16", "utf-8-sig"])
    def test_another_encoding_is_read_as_it_is_named(self, encoding: str) -> None:
        content = '{"text": "一"}\n{"text": "二"}\n'.encode(encoding)
        assert told(jsonl(content, encoding)) == [(1, "一"), (2, "二")]

    def test_bytes_that_are_none_of_the_named_encoding_cost_their_line(self) -> None:
        content = b'{"text": "\xff\xff"}\n' + '{"text": "二"}\n'.encode("gb18030")
        assert told(jsonl(content, "gb18030")) == [(1, "unknown_encoding"), (2, "二")]

    def test_a_line_without_end_is_passed_over_in_little_memory(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(records, "MAX_LINE_CHARACTERS", 10_000)
        content = '{"text": "' + "x" * 3_000_000 + '"}\n{"text": "二"}\n'
        opened = stream(content)
        tracemalloc.start()
        try:
            read = list(read_jsonl(opened, ""))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert told(read) == [(1, "too_long"), (2, "二")]
        assert peak < 1_000_000

    def test_records_are_read_only_when_they_are_asked_for(self) -> None:
        class Endless(io.RawIOBase):
            def readable(self) -> bool:
                return True

            def readinto(self, buffer: Any) -> int:
                line = b'{"text": "1"}\n'
                buffer[: len(line)] = line
                return len(line)

        read: Iterator[Record | BadRecord] = read_jsonl(io.BufferedReader(Endless()), "")
        assert told([next(read) for _ in range(3)]) == [(1, "1"), (2, "1"), (3, "1")]


class TestCsv:
    def test_each_row_is_a_record_of_the_columns_that_the_header_names(self) -> None:
        read = table("id,text\n7,一\n8,二\n")
        assert read == [Record(2, {"id": "7", "text": "一"}), Record(3, {"id": "8", "text": "二"})]

    def test_quoted_fields_hold_line_ends_commas_and_quotes(self) -> None:
        read = table('id,text\n7,"一，\r\n二,\n""三"""\n8,四\n')
        assert told(read) == [(2, '一，\r\n二,\n"三"'), (5, "四")]

    @pytest.mark.parametrize(
        "content",
        ["\ufefftext,id\n一,1\n", '\ufeff"text",id\r\n一,1\r\n', "text,id\r一,1\r"],
        ids=["byte-order mark", "Windows", "old Mac"],
    )
    def test_the_ways_to_write_lines_make_no_difference(self, content: str) -> None:
        assert told(table(content)) == [(2, "一")]

    def test_tabs_part_columns_where_they_are_asked_for(self) -> None:
        assert told(table("id\ttext\n7\t一,二\n", delimiter="\t")) == [(2, "一,二")]

    def test_a_row_of_more_or_fewer_columns_is_bad_and_the_next_is_read(self) -> None:
        read = table("id,text\n7\n8,一,二\n\n9,三\n")
        assert told(read) == [(2, "bad_record"), (3, "bad_record"), (5, "三")]
        assert isinstance(read[1], BadRecord)
        assert read[1].detail == "3 columns, the header names 2"

    def test_a_quote_that_is_never_closed_tells_how_far_it_reaches(self) -> None:
        read = table('id,text\n7,一\n8,"二\n9,三\n10,四\n')
        assert told(read) == [(2, "一"), (3, "bad_record")]
        assert isinstance(read[1], BadRecord)
        assert "up to line 5" in read[1].detail

    def test_text_behind_a_closing_quote_is_bad_and_the_next_row_is_read(self) -> None:
        assert told(table('text,id\n"一"二,1\n三,2\n')) == [(2, "bad_record"), (3, "三")]

    def test_bytes_that_are_not_utf8_cost_their_row_alone(self) -> None:
        content = 'text,id\n"一\n'.encode() + b'\xb2\xe2",1\n' + "二,2\n".encode()
        assert told(table(content)) == [(2, "unknown_encoding"), (4, "二")]

    def test_another_encoding_is_read_as_it_is_named(self) -> None:
        assert told(table("正文,text\n一,二\n".encode("gb18030"), "gb18030")) == [(2, "二")]

    def test_a_long_article_fits_in_a_field(self) -> None:
        assert told(table(f"text,id\n{TEXT * 50_000},1\n")) == [(2, TEXT * 50_000)]

    def test_a_line_without_end_is_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(records, "MAX_LINE_CHARACTERS", 10_000)
        read = table(f"text,id\n{'x' * 100_000},1\n二,2\n")
        assert told(read) == [(2, "too_long"), (3, "二")]

    def test_a_file_without_a_column_of_text_is_told_once(self) -> None:
        (bad,) = table("a,b\n1,2\n3,4\n")
        assert isinstance(bad, BadRecord)
        assert (bad.line, bad.reason) == (1, "bad_record")
        assert bad.detail == (
            "no field that looks like the text among: a, b; name it with --text-field"
        )

    def test_the_named_column_must_be_there(self) -> None:
        (bad,) = table("text,b\n1,2\n", names=FieldNames(text="x"))
        assert isinstance(bad, BadRecord)
        assert "no field 'x' among: text, b" in bad.detail

    @pytest.mark.parametrize("content", ["", "\n", "text,id\n"])
    def test_a_file_without_rows_holds_nothing(self, content: str) -> None:
        assert table(content) == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def columns(rows: dict[str, Any], **options: Any) -> str:
    parquet.write_table(pa.table(rows), "a.parquet", **options)
    return "a.parquet"


def rows(path: str, names: FieldNames = GUESSED) -> list[Record | BadRecord]:
    return list(read_parquet(path, names, "", lambda _: None))


@pytest.mark.usefixtures("folder")
class TestParquet:
    def test_the_rows_of_all_row_groups_are_read_in_order(self) -> None:
        texts = [f"第{number}篇" for number in range(500)]
        read = rows(columns({"text": texts}, row_group_size=150))
        assert told(read) == list(enumerate(texts, start=1))

    def test_nulls_are_none(self) -> None:
        path = columns({"text": ["一", None], "title": [None, "题"]})
        assert [one.values for one in rows(path) if isinstance(one, Record)] == [
            {"text": "一", "title": None},
            {"text": None, "title": "题"},
        ]

    @pytest.mark.parametrize(
        "kind",
        [pa.string(), pa.large_string(), pa.binary(), pa.dictionary(pa.int32(), pa.string())],
        ids=str,
    )
    def test_text_may_be_of_any_type_that_holds_text(self, kind: pa.DataType) -> None:
        path = columns({"text": pa.array(["一", "二"]).cast(kind)})
        assert told(rows(path)) == [(1, "一"), (2, "二")]

    def test_columns_that_nothing_is_taken_from_are_not_read(self) -> None:
        (record,) = rows(columns({"text": ["一"], "embedding": [[1.0]], "Title": ["题"]}))
        assert isinstance(record, Record)
        assert list(record.values) == ["text", "Title"]

    def test_bytes_that_are_not_utf8_cost_their_row_alone(self) -> None:
        path = columns({"text": pa.array([b"\xb2\xe2", "二".encode()])})
        assert told(rows(path)) == [(1, "unknown_encoding"), (2, "二")]

    def test_a_damaged_row_group_costs_itself_alone(self) -> None:
        options = {"row_group_size": 2, "compression": "gzip", "use_dictionary": False}
        path = columns({"text": ["一" * 40, "二", "三" * 40, "四", "五", "六"]}, **options)
        group = parquet.ParquetFile(path).metadata.row_group(1).column(0)
        content = bytearray(Path(path).read_bytes())
        end = group.data_page_offset + group.total_compressed_size
        content[end - 20 : end] = b"\xff" * 20
        Path(path).write_bytes(content)
        read = rows(path)
        assert told(read) == [(1, "一" * 40), (2, "二"), (3, "unreadable"), (5, "五"), (6, "六")]
        assert isinstance(read[2], BadRecord)
        assert read[2].detail.startswith("rows up to 4 cannot be read: ")

    @pytest.mark.parametrize("cut", [0, 3, 100])
    def test_a_file_without_its_end_is_an_input_error(self, cut: int) -> None:
        path = columns({"text": [TEXT]})
        Path(path).write_bytes(Path(path).read_bytes()[:cut])
        with pytest.raises(InputError, match=r"^a.parquet: not a whole Parquet file: "):
            rows(path)

    def test_a_file_without_a_column_of_text_is_told_once(self) -> None:
        (bad,) = rows(columns({"a": [1, 2]}))
        assert isinstance(bad, BadRecord)
        assert "no field that looks like the text among: a" in bad.detail

    def test_the_bytes_that_are_done_with_are_told(self) -> None:
        read: list[int] = []
        path = columns({"text": [TEXT] * 10}, row_group_size=5)
        list(read_parquet(path, GUESSED, "", read.append))
        assert len(read) == 2
        assert Path(path).stat().st_size - 2 < sum(read) <= Path(path).stat().st_size


def item(record: dict[str, object], names: FieldNames = GUESSED) -> TextItem | Reject:
    return text_item(record, names, "站/n.jsonl:3", "n.jsonl:3", "n.jsonl")


def taken(record: dict[str, object], names: FieldNames = GUESSED) -> TextItem:
    made = item(record, names)
    assert isinstance(made, TextItem), made
    return made


class TestFields:
    def test_the_usual_names_are_found(self) -> None:
        record = {
            "ID": 7,
            "正文": TEXT,
            "标题": "题",
            "site": "江城日报",
            "publish_time": "2024年5月14日 09:30",
        }
        assert item(record) == TextItem("7", "站/n.jsonl:3", TEXT, "题", "江城日报", "2024-05-14")

    def test_the_names_that_are_given_are_used_and_no_other(self) -> None:
        record = {"text": "否", "raw": TEXT, "id": "否", "key": "7", "title": "否", "head": "题"}
        made = taken(record, FieldNames(text="raw", id="key", title="head"))
        assert (made.id, made.text, made.title) == ("7", TEXT, "题")

    def test_what_a_record_lacks_is_made_from_its_file(self) -> None:
        assert item({"text": TEXT}) == TextItem("n.jsonl:3", "站/n.jsonl:3", TEXT, source="n.jsonl")

    def test_an_address_is_id_and_source_where_there_is_nothing_better(self) -> None:
        made = taken({"content": TEXT, "url": "https://a.example/1"})
        assert (made.id, made.source) == ("https://a.example/1", "https://a.example/1")

    def test_of_two_usual_fields_the_one_with_a_value_counts(self) -> None:
        assert taken({"text": None, "content": TEXT}).text == TEXT
        assert taken({"text": "", "content": TEXT}).text == TEXT
        assert taken({"content": "否", "text": TEXT}).text == TEXT

    @pytest.mark.parametrize(
        ("value", "article_id"),
        [(7, "7"), (7.0, "7"), ("七", "七"), (None, "n.jsonl:3"), (" ", "n.jsonl:3")],
    )
    def test_an_id_is_a_string_or_a_whole_number(self, value: object, article_id: str) -> None:
        assert taken({"id": value, "text": TEXT}).id == article_id

    @pytest.mark.parametrize("value", [1.5, True, ["7"], {"$oid": "7"}])
    def test_another_id_is_rejected(self, value: object) -> None:
        reject = item({"id": value, "text": TEXT})
        assert isinstance(reject, Reject)
        assert (reject.article_id, reject.reason) == ("n.jsonl:3", "bad_record")
        assert reject.detail.startswith("站/n.jsonl:3: the field 'id' is of type ")

    @pytest.mark.parametrize("value", [17, 1.5, True, [TEXT], {"zh": TEXT}])
    def test_a_text_that_is_no_string_is_rejected(self, value: object) -> None:
        reject = item({"id": "七", "text": value})
        assert isinstance(reject, Reject)
        assert (reject.article_id, reject.reason) == ("七", "bad_record")
        assert "not a string" in reject.detail

    @pytest.mark.parametrize("value", [None, "", " \n　"])
    def test_a_text_of_nothing_is_empty(self, value: object) -> None:
        reject = item({"id": "七", "text": value})
        assert isinstance(reject, Reject)
        assert (reject.article_id, reject.reason) == ("七", "empty")

    def test_a_record_without_a_text_names_the_fields_it_has(self) -> None:
        reject = item({"id": "七", "summary": TEXT})
        assert isinstance(reject, Reject)
        assert (reject.article_id, reject.reason) == ("七", "bad_record")
        assert "among: id, summary; name it with --text-field" in reject.detail

    @pytest.mark.parametrize(
        ("value", "day"),
        [
            (date(2024, 5, 14), "2024-05-14"),
            (datetime(2024, 5, 14, 9, 30), "2024-05-14"),
            ("2024-05-14T09:30:00Z", "2024-05-14"),
            (1_715_650_000, ""),
            ("昨天", ""),
            (None, ""),
        ],
    )
    def test_a_date_is_iso_or_nothing(self, value: object, day: str) -> None:
        assert taken({"text": TEXT, "date": value}).published == day

    def test_a_field_of_another_type_is_left_alone_where_it_was_guessed(self) -> None:
        assert taken({"text": TEXT, "source": {"name": "江城日报"}}).source == "n.jsonl"

    def test_a_field_of_another_type_is_rejected_where_it_was_named(self) -> None:
        reject = item({"text": TEXT, "by": ["江城日报"]}, FieldNames(source="by"))
        assert isinstance(reject, Reject)
        assert reject.detail.endswith("the field 'by' is of type list, not a string or number")

    def test_a_named_field_may_be_missing_unless_it_is_the_text(self) -> None:
        assert taken({"text": TEXT}, FieldNames(id="k", title="h", date="d")).id == "n.jsonl:3"

    def test_what_is_taken_can_be_told(self) -> None:
        record = orjson.loads('{"Text": "一", "url": "https://a.example/1", "n": 1}')
        assert GUESSED.taken(record) == FieldNames(text="Text", id="url", source="url")
