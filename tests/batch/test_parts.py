from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.batch.items import FileItem, Item, PageItem, TextItem
from pipeline.batch.parts import (
    MAX_CRASHES,
    MAX_ITEMS,
    MAX_WEIGHT,
    Counts,
    Job,
    Part,
    Work,
    Worker,
    after_crash,
    cut,
    input_digest,
    part_files,
    read_part,
)
from pipeline.errors import ResourceError, RunError
from pipeline.types import Reject
from tests.batch.workers import deadly, job, text_items, unloadable

BAD = Reject("坏", "article", "bad_record", "x.jsonl:9: no text")


def sizes(items: list[Item]) -> list[int]:
    return [len(part.items) for part in cut(items)]


class TestCut:
    def test_a_part_has_no_more_than_so_many_items(self) -> None:
        assert sizes([BAD] * (2 * MAX_ITEMS + 1)) == [MAX_ITEMS, MAX_ITEMS, 1]

    def test_a_part_weighs_no_more_than_so_much(self) -> None:
        half = FileItem("a", "a.txt", MAX_WEIGHT // 2)
        assert sizes([half] * 5) == [2, 2, 1]

    def test_what_weighs_more_by_itself_is_a_part_of_its_own(self) -> None:
        heavy = FileItem("a", "a.txt", 9 * MAX_WEIGHT)
        light = FileItem("b", "b.txt", 1)
        assert sizes([light, heavy, light, light]) == [1, 1, 2]

    def test_texts_and_pages_have_weight(self) -> None:
        text = TextItem("a", "x:1", "文" * MAX_WEIGHT)
        page = PageItem("b", "x:2", b" " * 8 * MAX_WEIGHT, "", "")
        assert sizes([text, page, page]) == [1, 1, 1]

    def test_nothing_is_no_part(self) -> None:
        assert sizes([]) == []

    def test_it_is_lazy(self) -> None:
        def endless() -> Any:
            while True:
                yield BAD

        assert next(cut(endless())).number == 0

    def test_parts_are_numbered_and_hold_the_items_in_order(self) -> None:
        items = [FileItem(str(number), "a.txt", MAX_WEIGHT) for number in range(3)]
        parts = list(cut(items))
        assert [part.name for part in parts] == ["00000.jsonl", "00001.jsonl", "00002.jsonl"]
        assert [item for part in parts for item in part.items] == items


class TestDigest:
    def test_it_is_that_of_what_the_items_are_made_of(self) -> None:
        one, other = (Part(0, tuple(text_items(2, a1=text))) for text in ("甲", "乙"))
        assert input_digest(one) == input_digest(Part(7, one.items))
        assert input_digest(one) != input_digest(other)

    def test_a_file_that_changes_changes_it(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        part = Part(0, (FileItem("a", str(path), 3),))
        digests = set()
        for text in ("甲", "乙"):
            path.write_text(text, encoding="utf-8")
            digests.add(input_digest(part))
        assert len(digests) == 2


def work(folder: Path, job: Job) -> Work:
    return Work(job, folder, "driver")


def done(folder: Path, part: Part, job: Job) -> list[dict[str, Any]]:
    """The lines of the file that a worker makes of `part`."""
    for _ in Worker(work(folder, job))(part):
        pass
    return [json.loads(line) for line in (folder / part.name).read_bytes().splitlines()]


class TestWorker:
    def test_the_file_has_a_header_and_a_line_an_item(self, tmp_path: Path) -> None:
        part = Part(7, (*text_items(2), BAD))
        header, *lines = done(tmp_path, part, job())
        assert header == {"part": 7, "input_sha256": input_digest(part)}
        assert [line["article"] and line["article"]["id"] for line in lines] == ["a0", "a1", None]
        assert lines[2]["rejects"][0]["reason"] == "bad_record"
        assert [path.name for path in tmp_path.iterdir()] == ["00007.jsonl"]

    @pytest.mark.parametrize(
        ("text", "reason"),
        [("空", "empty"), ("错", "failed"), ("内存", "out_of_memory"), ("慢", "too_slow")],
    )
    def test_what_an_article_meets_is_its_reject_and_no_others(
        self, tmp_path: Path, text: str, reason: str
    ) -> None:
        part = Part(0, tuple(text_items(3, a1=text)))
        _, *lines = done(tmp_path, part, job(max_seconds=0.05))
        (reject,) = lines[1]["rejects"]
        assert (reject["article_id"], reject["reason"]) == ("a1", reason)
        assert [bool(line["article"]) for line in lines] == [True, False, True]

    def test_a_mistake_of_ours_is_told(self, tmp_path: Path) -> None:
        _, line = done(tmp_path, Part(0, tuple(text_items(1, a0="错"))), job())
        assert line["rejects"][0]["detail"] == "ValueError: a mistake of ours"

    def test_it_reports_after_each_item_and_at_the_end(self, tmp_path: Path) -> None:
        reports = Worker(work(tmp_path, job()))(Part(4, (*text_items(2), BAD)))
        heard = [(one.part, one.counts.items, one.counts.rejected, one.done) for one in reports]
        assert heard == [(4, 1, 0, False), (4, 2, 0, False), (4, 3, 1, False), (4, 3, 1, True)]

    def test_a_part_that_was_begun_is_gone_on_with(self, tmp_path: Path) -> None:
        part = Part(0, tuple(text_items(4)))
        whole = done(tmp_path, part, job())
        (tmp_path / part.name).rename(tmp_path / "whole")
        doing = Worker(work(tmp_path, job()))(part)
        next(doing), next(doing)
        doing.close()
        partial = work(tmp_path, job()).partial(part)
        with partial.open("ab") as file:
            file.write(b'{"article": {"id": "a2", "sha')
        # Its extractor would end this process at the articles that are there already.
        deadly_at_first = job(deadly, None, "a0")
        assert done(tmp_path, part, deadly_at_first) == whole
        assert (tmp_path / "whole").read_bytes() == (tmp_path / part.name).read_bytes()

    def test_an_item_that_is_given_up_is_a_reject_and_not_tried(self, tmp_path: Path) -> None:
        part = Part(0, tuple(text_items(3)), given_up=frozenset({1}))
        _, *lines = done(tmp_path, part, job(deadly, None, "a1"))
        assert lines[1]["rejects"][0]["reason"] == "worker_crashed"

    def test_an_error_of_the_setting_stops_it(self, tmp_path: Path) -> None:
        with pytest.raises(ResourceError, match="the model is gone"):
            Worker(work(tmp_path, job(unloadable)))

    def test_what_cannot_be_written_is_a_run_error(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match=r"cannot write .*没有"):
            done(tmp_path / "没有", Part(0, ()), job())

    def test_a_worker_whose_driver_is_replaced_cannot_finish_a_part(self, tmp_path: Path) -> None:
        part = Part(0, tuple(text_items(2)))
        doing = Worker(work(tmp_path, job()))(part)
        next(doing)
        work(tmp_path, job()).partial(part).unlink()
        with pytest.raises(RunError):
            list(doing)
        assert list(tmp_path.iterdir()) == []


class TestCrashes:
    def test_the_item_after_the_whole_lines_is_suspected(self, tmp_path: Path) -> None:
        part = Part(0, tuple(text_items(3)))
        doing = Worker(work(tmp_path, job()))(part)
        next(doing)
        doing.close()
        again = after_crash(work(tmp_path, job()), part)
        assert (again.suspect, again.crashes, again.given_up) == (1, 1, frozenset())

    def test_a_death_before_the_first_line_is_the_first_items(self, tmp_path: Path) -> None:
        again = after_crash(work(tmp_path, job()), Part(0, tuple(text_items(3))))
        assert (again.suspect, again.crashes) == (0, 1)

    def test_an_item_is_given_up_after_some_crashes(self, tmp_path: Path) -> None:
        part = Part(0, tuple(text_items(3)))
        for _ in range(MAX_CRASHES):
            assert not part.given_up
            part = after_crash(work(tmp_path, job()), part)
        assert part.given_up == {0}

    def test_crashes_on_other_items_do_not_count(self) -> None:
        part = Part(0, tuple(text_items(3)), suspect=2, crashes=MAX_CRASHES - 1)
        again = after_crash(work(Path("没有"), job()), part)
        assert (again.suspect, again.crashes, again.given_up) == (0, 1, frozenset())

    def test_deaths_that_no_item_explains_stop_the_run(self) -> None:
        part = Part(0, tuple(text_items(1)), 0, MAX_CRASHES - 1, frozenset({0}))
        with pytest.raises(RunError, match="workers die over"):
            after_crash(work(Path("没有"), job()), part)


def test_part_files_are_found_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for name in ("100000.jsonl", "00002.jsonl", "00001.jsonl.x.partial", "plan.json"):
        (tmp_path / name).touch()
    assert [path.name for path in part_files(tmp_path)] == ["00002.jsonl", "100000.jsonl"]


def test_a_damaged_part_is_told_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "00000.jsonl"
    path.write_bytes(b'{"part": 0}\n{"arti')
    with pytest.raises(RunError, match=r"00000\.jsonl cannot be read .*delete it"):
        list(read_part(path))


def test_counts_add_up() -> None:
    counts, more = Counts(items=1, articles=1), Counts(items=2, rejected=2)
    more.rejects["empty"] += 2
    counts.add_all(more)
    assert (counts.items, counts.articles, counts.rejected) == (3, 1, 2)
    assert counts.rejects == {"empty": 2}
