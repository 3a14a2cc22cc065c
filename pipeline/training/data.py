"""What a training learns from and what tells it when to stop, read from wherever it lies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.cleaning.script import converter
from pipeline.corpus.inline import passage_files, read_passages
from pipeline.errors import InputError
from pipeline.evaluation.gold import digest
from pipeline.training import sources
from pipeline.training.examples import Example

# The sets that are annotated by our guidelines: those that a learning curve has less and less of.
OWN_SETS = ("corpus", "real")


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Examples to learn from, by set, and those that tell when to stop. files: what they were read
    from → sha256."""

    train: dict[str, tuple[Example, ...]]
    dev: tuple[Example, ...]
    files: dict[str, str]

    def labels(self) -> tuple[str, ...]:
        """Every label of the auxiliary scheme, sorted."""
        found = {
            label
            for examples in self.train.values()
            for example in examples
            for given in example.labels.values()
            for label in given
        }
        return tuple(sorted(found))

    def part(self, share: float) -> TrainingData:
        """The same with `share` (0..1) of the examples of OWN_SETS: always the same ones, and those
        of a smaller share are among those of a larger."""
        if share >= 1:
            return self
        kept = {
            name: tuple(example for example in self.train[name] if _place(example.text) < share)
            for name in OWN_SETS
            if name in self.train
        }
        return replace(self, train={**self.train, **kept})


def _place(text: str) -> float:
    """Where between 0 and 1 a text stands among all others: chance, but the same every time."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48


def load_data(corpus: Sequence[Path], dev: Sequence[Path], public: Path | None) -> TrainingData:
    """Our corpus and what lies in the folder `public`; dev is our dev set alone.

    Raises InputError where a folder holds none of the sets that are known, CorpusError for a broken
    passage.
    """
    simplify = converter().simplify
    train: dict[str, tuple[Example, ...]] = {}
    files: dict[str, str] = {}
    for name, paths in (("corpus", corpus), ("dev", dev)):
        files.update((f"{name}/{file.name}", digest(file)) for file in passage_files(paths))
        passages = read_passages(paths)
        train[name] = tuple(sources.corpus_examples(passages, simplify, source=name))
    held = train.pop("dev")
    if public:
        for name, paths, read in _public_sets(public, simplify):
            if all(path.is_file() for path in paths) and paths:
                train[name] = tuple(read())
                files.update((f"{name}/{path.name}", digest(path)) for path in paths)
        if len(train) == 1:
            raise InputError(
                f"{public}: none of the sets that training knows: real/passages.jsonl, "
                "finre/train.tsv, cluener/train.jsonl, fewfc/*.jsonl"
            )
    return TrainingData(train, held, files)


def _public_sets(
    folder: Path, simplify: sources.Simplify
) -> list[tuple[str, list[Path], Callable[[], Iterator[Example]]]]:
    real = folder / "real" / "passages.jsonl"
    finre = folder / "finre" / "train.tsv"
    cluener = folder / "cluener" / "train.jsonl"
    fewfc = sorted((folder / "fewfc").glob("*.jsonl"))
    return [
        ("real", [real], lambda: sources.real_examples(real, simplify, held_out=False)),
        ("finre", [finre], lambda: sources.finre_examples(finre, simplify)),
        ("cluener", [cluener], lambda: sources.cluener_examples(cluener, simplify, held_out=False)),
        ("fewfc", fewfc, lambda: sources.fewfc_examples(fewfc, simplify)),
    ]
