"""The bench's own arithmetic; the bench itself is no test."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.batch.items import TextItem
from pipeline.batch.readers import find_inputs, read_items
from pipeline.cleaning import Cleaner
from pipeline.extractor import Extractor
from pipeline.relations import Candidate
from pipeline.types import Article, CleanSpan, Mention, Reject
from tests.speed.arithmetic import Peak, Work, arithmetic_table, encoder_work, window_lengths
from tests.speed.articles import (
    LONG,
    SHORTEST,
    long_articles,
    long_text,
    paragraphs,
    records,
    seed_articles,
    write_compressed,
)
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
from tests.speed.runs import (
    Scale,
    deciles,
    last_over_first,
    scale_medians,
    scale_of,
    scaling_table,
    working_samples,
)
from tests.speed.stages import PROBES, Stopwatch, Zongheng, probes
from tests.speed.watching import Items, Sample, Watched, watch

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


def test_a_verdict_on_a_ratio_shows_its_decimals() -> None:
    assert verdict("what", 0.1507, 0.2, at_least=True) == "what: 0.15 (bar ≥ 0.2): MISSED"
    assert "not measured" in verdict("what", float("nan"), 0.2, at_least=True)


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


@pytest.mark.full
def test_an_encoder_s_work_is_its_matrix_products(root: Path) -> None:
    encoder = root / "models/zongheng-small/encoder.onnx"
    short, long = encoder_work(encoder, [100]), encoder_work(encoder, [200])
    layers = 6 * (4 * 384 * 384 + 2 * 384 * 1536)
    assert short.int8 == pytest.approx(2 * 100 * layers, rel=0.01)  # the tags are the rest
    assert short.fp32 == 2 * 100 * 100 * 384 * 2 * 6
    assert long == Work(2 * short.int8, 4 * short.fp32)
    assert encoder_work(encoder, [100, 100]) == Work(2 * short.int8, 2 * short.fp32)


def test_what_an_encoder_took_is_compared_with_the_least(extractor: Extractor) -> None:
    with window_lengths() as lengths:
        extractor(Article("a", "輝達宣布收購安謀。"))
    assert lengths == [len("輝達宣布收購安謀。") + 2]
    (row,) = arithmetic_table(Work(8e9, 2e9), Peak(4e9, 1e9), 6.0).to_dict("records")
    assert row["least_cpu_s"] == 4.0
    assert row["times_least"] == 1.5


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


def test_records_depend_on_their_seed_alone() -> None:
    some = list(records(LINES, 50, 200, seed=1, faulty=0.3))
    assert some == list(records(LINES, 50, 200, seed=1, faulty=0.3))
    assert some != list(records(LINES, 50, 200, seed=2, faulty=0.3))
    assert all(line.count(b"\n") == 1 and line.endswith(b"\n") for line in some)


def test_records_without_faults_are_articles_no_two_alike(tmp_path: Path) -> None:
    path = write_compressed(tmp_path / "in.jsonl.zst", records(LINES, 300, 200, seed=1))
    items = list(read_items(find_inputs([str(path)])))
    assert len(items) == 300
    texts = [item.text for item in items if isinstance(item, TextItem)]
    assert len(set(texts)) == 300
    lengths = sorted(map(len, texts))
    assert SHORTEST <= lengths[0] < lengths[150] < 110 < lengths[-1]


def test_faulty_records_are_rejected_for_every_reason_that_readers_know(tmp_path: Path) -> None:
    some = records(LINES, 1_000, 200, seed=1, faulty=0.2)
    path = write_compressed(tmp_path / "in.jsonl.zst", some)
    items = list(read_items(find_inputs([str(path)])))
    reasons = [item.reason for item in items if isinstance(item, Reject)]
    assert 150 < len(reasons) < 250
    assert {"bad_record", "empty", "unknown_encoding"} < set(reasons)
    assert {"duplicate_id", "duplicate_text"} < set(reasons)


def samples_of(*items: int, driver_mb: float = 70.0, worker_mb: float = 400.0) -> list[Sample]:
    """A sample a second."""
    return [Sample(float(n), some, driver_mb, worker_mb) for n, some in enumerate(items)]


def test_a_rate_counts_from_the_first_article_to_the_last() -> None:
    samples = samples_of(0, 0, 10, 30, 50, 50, 50)
    assert [sample.items for sample in working_samples(samples)] == [10, 30, 50]
    assert working_samples(samples_of(0, 0)) == [Sample(1.0, 0, 70.0, 400.0)]
    scale = scale_of("ray", 2, 51, Watched(6.5, tuple(samples)))
    assert scale == Scale("ray", 2, 51, 6.5, 20.0, 70.0, 400.0)


def test_scaling_compares_with_one_worker_and_with_processes() -> None:
    one = Scale("processes", 1, 100, 50.0, 2.0, 70.0, 400.0)
    two = replace(one, workers=2, wall=30.0, rate=4.0)
    ray = replace(two, engine="ray", wall=45.0, rate=3.0)
    table = scaling_table([one, two, ray])
    assert list(table["times_one"][:2]) == [1.0, 2.0]
    assert table["times_one"].isna()[2]
    assert list(table["overhead"]) == [1.0, 1.0, 1.5]


def test_scales_are_medians_with_the_largest_memory() -> None:
    one = Scale("ray", 1, 100, 50.0, 2.0, 70.0, 400.0)
    rounds = [one, replace(one, wall=90.0, rate=1.0, driver_mb=80.0), replace(one, wall=60.0)]
    assert scale_medians(rounds) == [replace(one, wall=60.0, driver_mb=80.0)]


def test_deciles_leave_loading_and_merging_out() -> None:
    tenths = deciles(samples_of(0, 0, *range(10, 111, 5), 110, 110))
    assert [tenth.number for tenth in tenths] == list(range(1, 11))
    assert [tenth.articles for tenth in tenths] == [10.0] * 10
    assert [tenth.seconds for tenth in tenths] == pytest.approx([2.0] * 10)
    assert last_over_first(tenths)["seconds"] == pytest.approx(1.0)


def test_deciles_show_a_run_that_slows_down_and_grows() -> None:
    steady = samples_of(1, 51, 101)
    slow = [Sample(2.0 + n, 101 + 10 * n, 70.0, 500.0) for n in range(1, 11)]
    grown = last_over_first(deciles([*steady, *slow]))
    assert grown["seconds"] == pytest.approx(5.0)
    assert grown["worker memory"] == 1.25
    assert grown["driver memory"] == 1.0


def test_items_are_the_lines_of_parts_without_their_headers(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    items = Items(tmp_path)
    assert items() == 0
    (parts / "00000.jsonl").write_text("{}\n1\n2\n")
    (parts / "00001.jsonl.driver.partial").write_text("{}\n3\n4")
    (parts / "plan.json").write_text("{}\n")
    assert (items(), items(with_open_parts=False)) == (3, 2)
    for path in parts.iterdir():
        path.unlink()
    assert items() == 2


def test_a_command_is_watched_to_its_end(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    parts.mkdir()
    (parts / "00000.jsonl").write_text("{}\n1\n2\n")
    seen = watch(["sleep", "0.5"], tmp_path, tmp_path / "log", every=0.05)
    assert seen.wall >= 0.5
    assert {sample.items for sample in seen.samples} == {2}
    assert max(sample.driver_mb for sample in seen.samples) > 0
    with pytest.raises(SystemExit, match="no such thing"):
        watch(["sh", "-c", "echo no such thing; exit 1"], tmp_path, tmp_path / "log", every=0.05)
