"""The bench's own arithmetic; the bench itself is no test."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.cleaning import Cleaner
from pipeline.extractor import Extractor
from pipeline.relations import Candidate
from pipeline.types import Article, CleanSpan, Mention
from tests.speed.articles import LONG, long_articles, long_text, paragraphs, seed_articles
from tests.speed.figures import (
    Round,
    Seconds,
    median_stages,
    medians,
    ratio,
    speed_table,
    stage_table,
    verdict,
)
from tests.speed.peers import Load, batches, load_of, padded, token_count
from tests.speed.processes import Process, summary, write_texts
from tests.speed.stages import PROBES, Stopwatch, Zongheng, probes

LINES = ["第一段。", "第二段，長一點。", "Third."]


def test_a_long_text_has_exactly_the_length_asked_for() -> None:
    for characters in (1, 7, 100, 12_345):
        assert len(long_text(LINES, characters, seed=1)) == characters


def test_a_long_text_holds_whole_lines_in_an_order_that_the_seed_decides() -> None:
    text = long_text(LINES, 200, seed=3)
    assert text == long_text(LINES, 200, seed=3)
    assert text != long_text(LINES, 200, seed=4)
    assert set(text.split("\n")[:-1]) == set(LINES)


def test_long_articles_of_one_length_differ() -> None:
    first, second = long_articles(LINES, (50, 50), seed=1)
    assert first.text != second.text
    assert first.id != second.id


def test_paragraphs_are_the_lines_that_hold_anything() -> None:
    assert paragraphs(["一\n\n 二 \n", "三"]) == ["一", "二", "三"]


def test_the_seeds_are_enough_for_a_long_article() -> None:
    lines = paragraphs(article.text for article in seed_articles())
    assert len(lines) > 200
    assert len(long_text(lines, LONG[-1], seed=1)) == LONG[-1]


def rounds_of(engine: str, *cpus: float, texts: str = "seeds") -> list[Round]:
    return [Round(engine, texts, 1_000, Seconds(cpu, cpu * 2)) for cpu in cpus]


def test_a_speed_is_the_median_of_its_rounds() -> None:
    (speed,) = medians(rounds_of("zongheng", 1.0, 8.0, 2.0))
    assert (speed.cpu, speed.wall, speed.rounds, speed.spread) == (2.0, 4.0, 3, 8.0)
    assert speed.rate == 500


def test_a_ratio_compares_us_on_the_same_texts() -> None:
    speeds = medians(
        rounds_of("zongheng", 1.0)
        + rounds_of("zongheng", 4.0, texts="long")
        + rounds_of("slow", 50.0)
    )
    assert ratio(speeds, "slow", "seeds") == 50
    assert ratio(speeds, "slow", "long") is None
    assert ratio(speeds, "unknown", "seeds") is None


def test_an_engine_that_is_missing_has_a_row_of_its_own() -> None:
    table = speed_table(medians(rounds_of("zongheng", 1.0)), ["cutword NER"])
    assert list(table["texts"]) == ["seeds", "not installed"]
    assert table["times_ours"][0] == 1


def test_stages_are_medians_and_shares_of_the_whole() -> None:
    spent = median_stages([{"a": 1.0, "b": 3.0}, {"a": 1.0}, {"a": 2.0, "b": 3.0}])
    assert spent == {"a": 1.0, "b": 3.0}
    table = stage_table({"seeds": spent}, {"seeds": 2_000})
    assert list(table["share"]) == [0.25, 0.75]
    assert list(table["cpu_ms_per_1000_chars"]) == [500, 1_500]


@pytest.mark.parametrize(
    ("value", "at_least", "word"),
    [(40.0, True, "reached"), (39.0, True, "MISSED"), (40.0, False, "MISSED"), (None, True, "not")],
)
def test_a_verdict_says_whether_the_bar_is_reached(
    value: float | None, at_least: bool, word: str
) -> None:
    assert word in verdict("what", value, 40, at_least=at_least)


def test_seconds_count_what_the_body_takes() -> None:
    spent = Seconds()
    with spent.counted():
        sum(range(10_000))
    assert spent.wall > 0
    assert spent.times(2).plus(Seconds(1, 1)).wall == 1 + 2 * spent.wall


def test_an_inner_stage_stops_the_outer_one() -> None:
    ticks = iter([0.0, 1.0, 5.0, 7.0])
    watch = Stopwatch(lambda: next(ticks))
    with watch.of("outer"), watch.of("inner"):
        pass
    assert watch.spent == {"outer": 1.0 + 2.0, "inner": 4.0}


def test_every_probe_is_there_and_is_taken_out_again() -> None:
    import pipeline.extractor

    before = pipeline.extractor.link
    with probes(Stopwatch()) as missing:
        assert pipeline.extractor.link is not before
        assert missing == []
    assert pipeline.extractor.link is before
    assert len(PROBES) > 5


def test_tokens_are_characters_and_pieces_of_words() -> None:
    assert token_count("軟銀 投資OpenAI。") == 4 + 2 + 1
    assert token_count("1000億 ") == 2


def test_a_pair_across_sentences_costs_all_the_text_from_the_first_on() -> None:
    cleaned = Cleaner()(Article("a", "微软来了。\n英伟达和苹果竞争。"))
    first, second = cleaned.sentences

    def name(start: int, end: int) -> Mention[CleanSpan]:
        span = CleanSpan(start, end)
        return Mention(span, span.of(cleaned.text), "company", 1.0, "model", f"company:{start}")

    microsoft, nvidia, apple = name(0, 2), name(6, 9), name(10, 12)
    pairs = [Candidate(second, nvidia, apple), Candidate(second, microsoft, apple)]
    assert (first.start, second.start) == (0, 6)
    assert load_of(cleaned, pairs) == Load((5, 9), (9,), (14,))


def test_the_pairs_that_are_judged_can_be_had(extractor: Extractor) -> None:
    ours = Zongheng.__new__(Zongheng)
    ours.extract = extractor
    cleaned, candidates = ours.judged(Article("a", "微软和谷歌竞争。"))
    assert cleaned.text == "微软和谷歌竞争。"
    assert len(candidates) == 1


def test_batches_hold_neighbours_by_length() -> None:
    assert batches([5, 1, 3, 2], size=2) == [[1, 2], [3, 5]]
    assert padded([3, 5]) == 10
    assert batches([]) == []


def test_the_summary_takes_median_times_and_the_largest_peak() -> None:
    run = Process("seeds", 0, 10, 30, 1.0, 2.0, 100.0)
    runs = [run, replace(run, cpu=5.0, peak_mb=200.0), replace(run, cpu=2.0)]
    assert summary(runs) == [replace(run, cpu=2.0, peak_mb=200.0)]


def test_texts_are_written_one_a_file(tmp_path: Path) -> None:
    folder = write_texts(tmp_path / "in", ["一", "二"])
    assert [path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())] == ["一", "二"]


def test_the_launcher_reports_its_child_and_not_itself(root: Path) -> None:
    # Taken to the child's peak, so that a fat parent cannot be what is measured.
    code = "x = bytearray(60_000_000); x[::4096] = b'1' * len(x[::4096])"
    launcher = [sys.executable, "-m", "tests.speed.processes", sys.executable, "-c", code]
    done = subprocess.run(launcher, cwd=root, capture_output=True, encoding="utf-8", check=True)
    took = json.loads(done.stdout)
    assert 60 < took["peak_mb"] < 120
    assert 0 < took["cpu"] <= took["wall"] * 4


def test_the_timed_texts_are_articles() -> None:
    assert all(isinstance(article, Article) and article.text for article in seed_articles())
