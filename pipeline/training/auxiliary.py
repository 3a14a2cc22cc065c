"""The auxiliary heads of a training on the public sets that they were made for: CLUENER's ten types
of mentions, FinRE's labels of pairs.

The heads stay behind when a model is exported, so that it is the training's folder that is
measured. What the registry knows of a text is shown to the network here as everywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
import torch
from torch import Tensor

from pipeline import resources
from pipeline.cleaning.script import converter
from pipeline.cleaning.sentences import split_sentences
from pipeline.entities.registry import load_registry
from pipeline.errors import InputError
from pipeline.evaluation.gold import digest
from pipeline.evaluation.report import prf_table
from pipeline.evaluation.scores import Prf, pool
from pipeline.model.tags import decode, transitions
from pipeline.model.tokens import Tokenizer, Tokens
from pipeline.model.windows import Window, windows
from pipeline.training import sources
from pipeline.training.batches import FindNames, Item, collate, items_of
from pipeline.training.building import load_network, manifest_of
from pipeline.training.examples import CLUENER_TYPES, Example
from pipeline.training.network import Network

if TYPE_CHECKING:
    import pandas as pd

# FinRE's label of a pair that none of its relations holds of: not one to be found.
UNKNOWN: Final = "unknown"
# At this probability a label is as likely right as wrong.
EVEN: Final = 0.5
# Windows of a pass; the sentences of both sets are short.
BATCH: Final = 32

# What the heads should reach. Published: BERT-base 0.81 and 0.89 (CLUENER's own dev part);
# MG-lattice 0.49 by its paper's metric (FinRE's test part).
CLUENER_FLOORS: Final = {"company_f1": 0.78, "name_f1": 0.85}
FINRE_FLOORS: Final = {"micro_f1": 0.52}

# First and last (exclusive) character, and type.
Span = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class SpanReport:
    """CLUENER: counts by type, every type of the set; sha256 of the file they were measured on."""

    scores: dict[str, Prf]
    texts: int
    sha256: str
    file: ClassVar[str] = "cluener/train.jsonl"
    floors: ClassVar[Mapping[str, float]] = CLUENER_FLOORS

    @property
    def title(self) -> str:
        return f"CLUENER, {self.texts} sentences kept out of training (exact span and type)"

    @property
    def macro_f1(self) -> float:
        return sum(score.f1 for score in self.scores.values()) / len(self.scores)

    def table(self) -> pd.DataFrame:
        """Precision, recall, F1 and counts of each type, and of all types pooled."""
        return prf_table({**self.scores, "all": pool(self.scores.values())})

    def figures(self) -> dict[str, float]:
        """F1 of each type, micro and macro F1, each 0..1."""
        found = {f"{kind}_f1": score.f1 for kind, score in self.scores.items()}
        return {**found, "micro_f1": pool(self.scores.values()).f1, "macro_f1": self.macro_f1}


@dataclass(frozen=True, slots=True)
class LabelReport:
    """FinRE: counts by label, without `unknown`; any_label: counts of pairs, as `any_label_prf`;
    sha256 of the file they were measured on."""

    scores: dict[str, Prf]
    any_label: Prf
    pairs: int
    sha256: str
    file: ClassVar[str] = "finre/valid.tsv"
    floors: ClassVar[Mapping[str, float]] = FINRE_FLOORS

    @property
    def title(self) -> str:
        return f"FinRE, {self.pairs} given pairs of its valid part (labels other than {UNKNOWN})"

    def table(self) -> pd.DataFrame:
        """Precision, recall, F1 and counts of each label, of all pooled, and by the metric of the
        paper."""
        return prf_table(
            {**self.scores, "all": pool(self.scores.values()), "any label": self.any_label}
        )

    def figures(self) -> dict[str, float]:
        """Micro precision, recall and F1 without `unknown`, and those by the paper's metric, each
        0..1."""
        rows = (("micro", pool(self.scores.values())), ("any_label", self.any_label))
        return {
            f"{name}_{figure}": getattr(score, figure)
            for name, score in rows
            for figure in ("precision", "recall", "f1")
        }


@dataclass(frozen=True, slots=True)
class JudgedPair:
    """gold: the labels of an ordered pair of names in a sentence. chances: each label's
    probability; empty where the network could not be asked, because no window shows both names."""

    gold: frozenset[str]
    chances: Mapping[str, float]


def measure_cluener(run: Path, backbone: str, data: Path) -> SpanReport:
    """The tagging head of the training `run` on the tenth of data/cluener/train.jsonl that no
    training sees. Raises InputError where `run` is no training or has not learned from CLUENER."""
    path = data / SpanReport.file
    simplify = converter().simplify
    examples = list(sources.cluener_examples(path, simplify, held_out=True))
    trained = _Trained.load(run, backbone, "cluener")
    gold = [{(m.start, m.end, m.type) for m in example.mentions} for example in examples]
    found = tagged_spans(trained.network, examples, trained.tokenizer, trained.find_names)
    return SpanReport(span_scores(gold, found), len(examples), digest(path))


def measure_finre(run: Path, backbone: str, data: Path) -> LabelReport:
    """The label head of the training `run` on data/finre/valid.tsv, which no training sees; names
    are given. Raises InputError as `measure_cluener`."""
    path = data / LabelReport.file
    sentences = sources.finre_pairs(path).values()
    wanted = [frozenset(given) for pairs in sentences for given in pairs.values()]
    examples = list(sources.finre_examples(path, converter().simplify))
    trained = _Trained.load(run, backbone, "finre")
    judged = judged_pairs(
        trained.network, examples, trained.tokenizer, trained.find_names, trained.labels
    )
    every = with_unjudged(judged, wanted)
    return LabelReport(label_scores(every), any_label_prf(every), len(every), digest(path))


@dataclass(frozen=True, slots=True)
class _Trained:
    network: Network
    tokenizer: Tokenizer
    find_names: FindNames
    labels: tuple[str, ...]

    @classmethod
    def load(cls, run: Path, backbone: str, name: str) -> _Trained:
        """The training `run`. Raises InputError where it has not learned from the set `name`."""
        network = load_network(run, backbone)
        manifest = manifest_of(run)
        # One that began with the weights of another may have its head from there.
        if not (manifest["config"]["data"].get(name) or manifest.get("start_from")):
            raise InputError(f"{run}: this training was never shown {name}: its head knows nothing")
        if name == "finre" and not manifest["labels"]:
            raise InputError(f"{run}: this training had no finre/train.tsv: it has no labels")
        registry = load_registry([resources.find("registry")], converter().simplify)
        return cls(network, Tokenizer.load(run), registry.find, tuple(manifest["labels"]))


def span_scores(gold: Iterable[set[Span]], found: Iterable[set[Span]]) -> dict[str, Prf]:
    """Counts by type, text by text: a span is right where first and last character and type are.

    Raises ValueError where there are not as many texts found as gold ones.
    """
    scores = dict.fromkeys(CLUENER_TYPES, Prf())
    for wanted, given in zip(gold, found, strict=True):
        for kind in CLUENER_TYPES:
            ours = {span for span in given if span[2] == kind}
            theirs = {span for span in wanted if span[2] == kind}
            scores[kind] += Prf(len(ours & theirs), len(ours - theirs), len(theirs - ours))
    return scores


def chosen(chances: Mapping[str, float]) -> frozenset[str]:
    """The labels that a pair is given: the most probable one, and any other that is at least as
    likely as not; `unknown` competes, but is nothing found.

    The rule has nothing that was fitted. A threshold would have to be fitted on pairs that training
    did not see, and FinRE's training part is learned from in full, its valid part the benchmark.
    The first half is how the published models decide, which are single-label; without it the
    pairs whose probability is spread over like labels (持股, 入股, 增持) would get none. The second
    half is what the binary losses of the head mean, and serves the tenth of pairs with several
    labels.
    """
    if not chances:
        return frozenset()
    best = max(chances, key=lambda label: chances[label])
    even = {label for label, chance in chances.items() if chance >= EVEN}
    return frozenset({best, *even} - {UNKNOWN})


def label_scores(pairs: Iterable[JudgedPair]) -> dict[str, Prf]:
    """Counts by label of all labels of all pairs but `unknown`; the label with most gold first."""
    right, false, missed = Counter[str](), Counter[str](), Counter[str]()
    for pair in pairs:
        given, wanted = chosen(pair.chances), pair.gold - {UNKNOWN}
        right.update(given & wanted)
        false.update(given - wanted)
        missed.update(wanted - given)
    labels = sorted(
        {*right, *false, *missed}, key=lambda label: (-right[label] - missed[label], label)
    )
    return {label: Prf(right[label], false[label], missed[label]) for label in labels}


def any_label_prf(pairs: Iterable[JudgedPair]) -> Prf:
    """Counts of pairs by the metric of Li et al. (ACL 2019), as their code has it: a pair gets its
    most probable label, which is right where it is any of the pair's; a pair whose most probable
    label is `unknown` gets none, and one whose only label that is has none to find.

    Kinder than `label_scores` to pairs with several labels, one of which is enough.
    """
    right = given = wanted = 0
    for pair in pairs:
        best = max(pair.chances, key=lambda label: pair.chances[label], default=UNKNOWN)
        given += best != UNKNOWN
        right += best != UNKNOWN and best in pair.gold
        wanted += pair.gold != {UNKNOWN}
    return Prf(right, given - right, wanted - right)


def with_unjudged(
    pairs: Sequence[JudgedPair], wanted: Iterable[frozenset[str]]
) -> list[JudgedPair]:
    """`pairs`, and one without probabilities for each of `wanted`, the labels of every pair of the
    set, that is not among them: what the loader leaves out is missed, not forgotten."""
    lost = Counter(wanted) - Counter(pair.gold for pair in pairs)
    return [*pairs, *(JudgedPair(gold, {}) for gold in lost.elements())]


@torch.no_grad()
def tagged_spans(
    network: Network, examples: Sequence[Example], tokenizer: Tokenizer, find_names: FindNames
) -> list[set[Span]]:
    """What CLUENER's head finds in each of `examples`, in characters."""
    items: list[Item] = []
    origin: list[tuple[int, Tokens, Window]] = []
    for number, example in enumerate(examples):
        tokens = tokenizer(example.text)
        cut = windows(tokens, split_sentences(example.text))
        items += items_of(example, tokenizer, find_names)
        origin += [(number, tokens, window) for window in cut]
    allowed = transitions(len(CLUENER_TYPES))
    found: list[set[Span]] = [set() for _ in examples]
    for place, states in _states(network, items):
        number, tokens, window = origin[place]
        # Start and end mark are no part of a name.
        scores = network.cluener(states[1:-1]).log_softmax(-1)
        for first, last, kind in decode(np.asarray(scores), allowed):
            if window.own_first <= window.first + first < window.own_last:
                start = tokens.starts[window.first + first]
                end = tokens.ends[window.first + last - 1]
                found[number].add((start, end, CLUENER_TYPES[kind]))
    return found


@torch.no_grad()
def judged_pairs(
    network: Network,
    examples: Sequence[Example],
    tokenizer: Tokenizer,
    find_names: FindNames,
    labels: Sequence[str],
) -> list[JudgedPair]:
    """The probabilities of `labels`, those of the network's head in its order, for every pair of
    `examples` of which a window shows both names; the highest of the windows."""
    items: list[Item] = []
    origin: list[int] = []
    for number, example in enumerate(examples):
        own = list(items_of(example, tokenizer, find_names, labels))
        items += own
        origin += [number] * len(own)
    highest: dict[tuple[int, int, int], Tensor] = {}
    for place, states in _states(network, items):
        item = items[place]
        if not len(item.label_pairs):
            continue
        features = network.judge.features(states, item.mentions, item.label_pairs)
        for (head, tail), chances in zip(
            item.label_pairs.tolist(), network.labels(features).sigmoid(), strict=True
        ):
            key = origin[place], item.entities[head], item.entities[tail]
            highest[key] = torch.maximum(highest.get(key, chances), chances)
    return [
        JudgedPair(
            frozenset(examples[number].labels[head, tail]),
            dict(zip(labels, chances.tolist(), strict=True)),
        )
        for (number, head, tail), chances in sorted(highest.items(), key=lambda pair: pair[0])
    ]


def _states(network: Network, items: Sequence[Item]) -> Iterator[tuple[int, Tensor]]:
    """The place of each of `items` and its states, float (length, width) without padding; those of
    like length share a pass."""
    order = sorted(range(len(items)), key=lambda place: items[place].length)
    for first in range(0, len(order), BATCH):
        places = order[first : first + BATCH]
        batch = collate([items[place] for place in places])
        states, _ = network.encoder(batch.ids, batch.hints)
        for row, place in enumerate(places):
            yield place, states[row, : items[place].length]
