"""The auxiliary heads as benchmarks: the counting by hand, the heads on a tiny encoder. Needs the
extra `train`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from pipeline.errors import InputError  # noqa: E402
from pipeline.evaluation.scores import Prf  # noqa: E402
from pipeline.model.tokens import Tokenizer  # noqa: E402
from pipeline.training.auxiliary import (  # noqa: E402
    BATCH,
    JudgedPair,
    LabelReport,
    SpanReport,
    any_label_prf,
    chosen,
    judged_pairs,
    label_scores,
    measure_cluener,
    span_scores,
    tagged_spans,
    with_unjudged,
)
from pipeline.training.building import build_network  # noqa: E402
from pipeline.training.config import load_config  # noqa: E402
from pipeline.training.data import load_data  # noqa: E402
from pipeline.training.examples import CLUENER, CLUENER_TYPES, Example, Marked  # noqa: E402
from pipeline.training.network import Network  # noqa: E402
from pipeline.training.sources import is_held_out  # noqa: E402
from pipeline.training.train import run_training  # noqa: E402
from tests.command import Command  # noqa: E402

pytestmark = [pytest.mark.full, pytest.mark.filterwarnings("ignore::UserWarning")]

LABELS = ("unknown", "收购", "竞争")
SENTENCE = "远山收购青穹，白鹭入股。"


def pair(gold: str, *chances: float) -> JudgedPair:
    return JudgedPair(frozenset(gold.split()), dict(zip(LABELS, chances, strict=False)))


class TestSpans:
    def test_a_span_is_right_only_with_both_ends_and_type(self) -> None:
        gold = [{(0, 2, "company"), (4, 6, "name")}, {(0, 3, "name")}]
        found = [{(0, 2, "company"), (4, 6, "company")}, {(0, 2, "name")}]
        scores = span_scores(gold, found)
        assert scores["company"] == Prf(1, 1, 0)
        assert scores["name"] == Prf(0, 1, 2)

    def test_a_span_of_another_text_is_not_right(self) -> None:
        assert span_scores([{(0, 2, "name")}, set()], [set(), {(0, 2, "name")}])["name"] == Prf(
            0, 1, 1
        )

    def test_every_type_has_its_row_and_its_part_of_the_macro_f1(self) -> None:
        report = SpanReport(span_scores([{(0, 2, "name")}], [{(0, 2, "name")}]), 1, "")
        assert list(report.table().index) == [*CLUENER_TYPES, "all"]
        figures = report.figures()
        assert (figures["name_f1"], figures["micro_f1"]) == (1.0, 1.0)
        assert figures["macro_f1"] == pytest.approx(1 / len(CLUENER_TYPES))
        assert report.floors.keys() <= figures.keys()


class TestLabels:
    @pytest.mark.parametrize(
        ("chances", "given"),
        [
            ((0.1, 0.3, 0.2), {"收购"}),  # the most probable, however improbable
            ((0.1, 0.9, 0.5), {"收购", "竞争"}),
            ((0.6, 0.3, 0.2), set()),
            ((0.6, 0.5, 0.2), {"收购"}),
            ((), set()),
        ],
    )
    def test_a_pair_gets_its_best_label_and_the_likely_ones(
        self, chances: tuple[float, ...], given: set[str]
    ) -> None:
        assert chosen(dict(zip(LABELS, chances, strict=False))) == given

    def test_labels_are_counted_each_and_unknown_is_none(self) -> None:
        pairs = [
            pair("收购 竞争", 0.1, 0.9, 0.2),
            pair("unknown", 0.8, 0.1, 0.1),
            pair("unknown", 0.1, 0.1, 0.4),
        ]
        assert label_scores(pairs) == {"收购": Prf(1, 0, 0), "竞争": Prf(0, 1, 1)}

    def test_by_the_metric_of_the_paper_any_label_will_do(self) -> None:
        pairs = [
            pair("收购 竞争", 0.1, 0.9, 0.8),
            pair("unknown 竞争", 0.8, 0.1, 0.1),  # there is one to find
            pair("unknown", 0.8, 0.1, 0.1),
            pair("unknown", 0.1, 0.9, 0.1),
        ]
        assert any_label_prf(pairs) == Prf(1, 1, 1)

    def test_a_pair_that_was_not_judged_is_missed(self) -> None:
        judged = [pair("收购", 0.1, 0.9, 0.1)]
        wanted = [frozenset({"收购"}), frozenset({"收购"}), frozenset({"竞争"})]
        every = with_unjudged(judged, wanted)
        assert label_scores(every) == {"收购": Prf(1, 0, 1), "竞争": Prf(0, 0, 1)}
        assert any_label_prf(every) == Prf(1, 0, 2)

    def test_the_table_ends_with_both_metrics(self) -> None:
        pairs = [pair("收购 竞争", 0.1, 0.9, 0.2)]
        report = LabelReport(label_scores(pairs), any_label_prf(pairs), 1, "")
        assert list(report.table().index) == ["收购", "竞争", "all", "any label"]
        figures = report.figures()
        assert figures["micro_f1"] == pytest.approx(2 / 3)
        assert figures["any_label_f1"] == 1.0
        assert report.floors.keys() <= figures.keys()


@pytest.fixture
def tiny(backbone: Path, tmp_path: Path) -> tuple[Network, Tokenizer]:
    torch.manual_seed(0)
    network, tokenizer = build_network(str(backbone), (), len(LABELS), tmp_path / "tiny")
    return network.eval(), tokenizer


class TestHeads:
    def test_a_tagged_span_is_told_in_characters(self, tiny: tuple[Network, Tokenizer]) -> None:
        network, tokenizer = tiny
        with torch.no_grad():
            network.cluener.weight.zero_()
            network.cluener.bias.zero_()
            network.cluener.bias[4 + 4 * CLUENER_TYPES.index("company")] = 9.0  # every token a S
        texts = [Example("远 山", (), {}, CLUENER, frozenset(), {}, "cluener")] * (BATCH + 1)
        found = tagged_spans(network, texts, tokenizer, lambda _: ())
        assert found == [{(0, 1, "company"), (2, 3, "company")}] * len(texts)

    def test_a_long_text_is_tagged_once_where_its_windows_overlap(
        self, tiny: tuple[Network, Tokenizer]
    ) -> None:
        network, tokenizer = tiny
        with torch.no_grad():
            network.cluener.weight.zero_()
            network.cluener.bias.zero_()
            network.cluener.bias[4] = 9.0
        text = "远山收购青穹。" * 60
        example = Example(text, (), {}, CLUENER, frozenset(), {}, "cluener")
        (found,) = tagged_spans(network, [example], tokenizer, lambda _: ())
        assert found == {(at, at + 1, CLUENER_TYPES[0]) for at in range(len(text))}

    def test_the_pairs_of_a_sentence_keep_their_labels(
        self, tiny: tuple[Network, Tokenizer]
    ) -> None:
        network, tokenizer = tiny
        mentions = tuple(
            Marked(start, start + 2, "company", number)
            for number, start in enumerate((0, 4, 7), start=1)
        )
        labels = {(1, 2): ("收购", "收购"), (3, 1): ("unknown",)}
        example = Example(SENTENCE, mentions, {}, "", frozenset(), labels, "finre")
        pairs = judged_pairs(network, [example], tokenizer, lambda _: (), LABELS)
        assert [p.gold for p in pairs] == [{"收购"}, {"unknown"}]
        assert all(tuple(p.chances) == LABELS for p in pairs)
        assert pairs[0].chances != pairs[1].chances


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a few lines of CLUENER and FinRE."""

    def texts(held_out: bool) -> Iterator[str]:
        for number in range(1_000):
            text = f"远山{number}"
            if is_held_out(text, parts=10) == held_out:
                yield text

    held, kept = texts(True), texts(False)
    lines = [
        json.dumps({"text": text, "label": {"company": {"远山": [[0, 1]]}}})
        for text in (next(held), next(held), next(kept))
    ]
    folder = tmp_path / "data"
    for name, content in (
        ("cluener/train.jsonl", "\n".join(lines) + "\n"),
        ("finre/train.tsv", f"远山\t青穹\t收购\t{SENTENCE}\n青穹\t白鹭\tunknown\t{SENTENCE}\n"),
        ("finre/valid.tsv", f"远山\t青穹\t收购\t{SENTENCE}\n青穹\t青穹\t竞争\t{SENTENCE}\n"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def trained(backbone: Path, data: Path | None, out: Path, config: str = "") -> Path:
    """A training of one epoch in the folder `out`."""
    passages, settings = out.with_suffix(".passages"), out.with_suffix(".toml")
    passages.write_text(
        "@ wire hans\n[远山|company:1]收购[青穹|company:2]。\n1 buy 2 actual\n", encoding="utf-8"
    )
    settings.write_text(f"{config}\n[training]\nepochs = 1", encoding="utf-8")
    sets = load_data([passages], [passages], data)
    run_training(load_config(settings), sets, str(backbone), out)
    return out


@pytest.mark.usefixtures("folder")
class TestCommand:
    def test_the_heads_of_a_training_are_measured(
        self, backbone: Path, data: Path, zongheng: Command, tmp_path: Path
    ) -> None:
        run = trained(backbone, data, tmp_path / "run")
        options = ("--data", str(data), "--training", str(run), "--backbone", str(backbone))
        done = zongheng("evaluate", "--benchmark", "cluener", *options)
        assert (done.status, done.err) == (0, "")
        assert "2 sentences kept out" in done.out
        assert "company_f1" in done.out
        assert "cluener/train.jsonl sha256 " in done.out
        done = zongheng("evaluate", "--benchmark", "finre", *options)
        assert "2 given pairs" in done.out  # the pair of a name with itself too
        assert "finre/valid.tsv sha256 " in done.out
        done = zongheng("evaluate", "--benchmark", "finre", *options, "--json")
        assert {"file_sha256", "micro_f1", "any_label_f1"} <= json.loads(done.out).keys()

    def test_without_a_training_it_is_told(self, data: Path, zongheng: Command) -> None:
        done = zongheng("evaluate", "--benchmark", "finre", "--data", str(data))
        assert done.status == 1
        assert "give --training" in done.err

    def test_without_data_it_is_told(self, zongheng: Command) -> None:
        done = zongheng("evaluate", "--benchmark", "cluener", "--training", "run")
        assert done.status == 1
        assert "needs --data" in done.err

    def test_without_torch_it_is_told(
        self, data: Path, zongheng: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "torch", None)
        done = zongheng(
            "evaluate", "--benchmark", "cluener", "--data", str(data), "--training", "run"
        )
        assert done.status == 1
        assert "zongheng[train]" in done.err

    def test_another_benchmark_takes_no_training(self, zongheng: Command) -> None:
        done = zongheng("evaluate", "--training", "run")
        assert done.status == 1
        assert "cluener and finre" in done.err

    def test_the_help_shows_both(self, zongheng: Command) -> None:
        _, _, examples = zongheng("evaluate", "--help").out.partition("Examples")
        assert "--benchmark cluener" in examples
        assert "--benchmark finre" in examples


def test_a_training_that_was_never_shown_the_set_is_told(
    backbone: Path, data: Path, tmp_path: Path
) -> None:
    run = trained(backbone, data, tmp_path / "run", "[data]\ncluener = 0")
    with pytest.raises(InputError, match="never shown cluener"):
        measure_cluener(run, str(backbone), data)


def test_a_folder_that_is_no_training_is_told(backbone: Path, data: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the folder of a training"):
        measure_cluener(tmp_path, str(backbone), data)
