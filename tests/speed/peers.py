"""What we are compared with: a word cutter, an entity recogniser, and a BERT-base stack."""

from __future__ import annotations

import contextlib
import io
import logging
import math
import re
import warnings
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pipeline.cleaning.script import ScriptConverter
from pipeline.relations import Candidate
from pipeline.schema import ENTITY_TYPES, RELATIONS
from pipeline.types import Article, CleanText
from tests.speed.figures import Seconds

# A word piece of the usual Chinese vocabularies covers some four Latin letters or digits.
PIECE_CHARACTERS = 4
# [CLS] and [SEP]; a pair's sentence has a marker before and after both names.
FRAME_TOKENS = 2
MARKER_TOKENS = 4
BERT_LIMIT = 512
BERT_VOCABULARY = 21_128
BATCH = 32

_UNIT = re.compile(r"[A-Za-z0-9]+|\S")


class Engine(Protocol):
    """Anything that reads one article at a time."""

    name: str

    def __call__(self, article: Article) -> None: ...


class JiebaPosseg:
    """jieba's cutting with parts of speech: its way to names; no entity types, no relations."""

    name = "jieba.posseg"

    def __init__(self) -> None:
        import jieba
        import jieba.posseg

        jieba.setLogLevel(logging.WARNING)
        jieba.initialize()
        self._cut = jieba.posseg.lcut

    def __call__(self, article: Article) -> None:
        self._cut(article.text)


class JiebaPossegSimplified(JiebaPosseg):
    """The same after OpenCC, which is counted. Its dictionary is Simplified: of a Traditional text
    it knows half, and its search among unknown characters is many times slower."""

    name = "OpenCC, jieba.posseg"

    def __init__(self) -> None:
        super().__init__()
        self._simplify = ScriptConverter().simplify

    def __call__(self, article: Article) -> None:
        self._cut(self._simplify(article.text))


class Cutword:
    """cutword's entity recognition (a two-layer LSTM with a CRF, in torch); no relations."""

    name = "cutword NER"

    def __init__(self) -> None:
        """Raises ImportError where cutword is not installed."""
        _one_thread()
        # It prints where its dictionary lies.
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from cutword import NER

            self._recogniser = NER(device="cpu")

    def __call__(self, article: Article) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._recogniser.predict(article.text)


@dataclass(frozen=True, slots=True)
class Load:
    """What an article costs a BERT stack: the tokens, without special ones, of every text to read.

    sentences: to tag. within, across: to judge a pair of names in one sentence, or in two; the
    text is then from the first name's sentence to the second's end.
    """

    sentences: tuple[int, ...]
    within: tuple[int, ...]
    across: tuple[int, ...]


def token_count(text: str) -> int:
    """About how many word pieces a Chinese BERT makes of `text`: one a character, one for each
    PIECE_CHARACTERS of a Latin word or number."""
    return sum(math.ceil(len(unit) / PIECE_CHARACTERS) for unit in _UNIT.findall(text))


def load_of(cleaned: CleanText, candidates: Iterable[Candidate]) -> Load:
    """The stack's work on an article, with the pairs that our pipeline judged, once each although
    ours looks at both directions."""
    starts = [sentence.start for sentence in cleaned.sentences]
    within: list[int] = []
    across: list[int] = []
    for candidate in candidates:
        first = starts[bisect_right(starts, candidate.first.span.start) - 1]
        text = cleaned.text[first : candidate.sentence.end]
        (within if first >= candidate.sentence.start else across).append(token_count(text))
    sentences = [token_count(sentence.of(cleaned.text)) for sentence in cleaned.sentences]
    return Load(tuple(sentences), tuple(within), tuple(across))


def batches(lengths: Iterable[int], size: int = BATCH) -> list[list[int]]:
    """`lengths` in batches of neighbours by length: the least padding."""
    ordered = sorted(lengths)
    return [ordered[at : at + size] for at in range(0, len(ordered), size)]


def padded(batch: Sequence[int]) -> int:
    """The tokens of a batch with its padding."""
    return len(batch) * max(batch)


class BertStack:
    """BERT-base twice, fp32: a tagger over every sentence, then a classifier that reads the
    sentence once more for each pair (entity markers, as in PURE).

    The weights are random, the cost is that of trained ones; both share one encoder, which saves
    memory and no time.
    """

    name = "BERT-base stack"

    name_all = "BERT-base stack, all pairs"

    def __init__(self, loads: Sequence[Load]) -> None:
        _one_thread()
        import torch
        import transformers

        transformers.logging.set_verbosity_error()
        torch.manual_seed(0)
        config = transformers.BertConfig(
            vocab_size=BERT_VOCABULARY, num_labels=1 + 4 * len(ENTITY_TYPES)
        )
        self._tagger = transformers.BertForTokenClassification(config).eval()
        config = transformers.BertConfig(
            vocab_size=BERT_VOCABULARY, num_labels=1 + 2 * len(RELATIONS)
        )
        self._judge = transformers.BertForSequenceClassification(config).eval()
        self._judge.bert.encoder = self._tagger.bert.encoder
        self._judge.bert.embeddings = self._tagger.bert.embeddings
        pair_frame = FRAME_TOKENS + MARKER_TOKENS
        self._tagged = _framed((n for load in loads for n in load.sentences), FRAME_TOKENS)
        self._within = _framed((n for load in loads for n in load.within), pair_frame)
        self._across = _framed((n for load in loads for n in load.across), pair_frame)

    def seconds(self, part: int, parts: int) -> tuple[Seconds, Seconds]:
        """What everything takes, without and with the pairs across sentences, from one of `parts`
        equal samples of the batches: each step's time times all of its padded tokens over those of
        the sample."""
        tagging = self._step(self._tagger, self._tagged, part, parts)
        within = self._step(self._judge, self._within, part, parts)
        across = self._step(self._judge, self._across, part, parts)
        return tagging.plus(within), tagging.plus(within).plus(across)

    def _step(self, model: Any, work: Sequence[list[int]], part: int, parts: int) -> Seconds:
        if not work:
            return Seconds()
        # The part-th of every run of `parts` batches, which ascend by length: short and long ones.
        sample = work[part % parts :: parts] or work[-1:]
        spent = Seconds()
        with spent.counted():
            for batch in sample:
                self._run(model, batch)
        return spent.times(sum(map(padded, work)) / sum(map(padded, sample)))

    def warm_up(self) -> None:
        """One small batch through both."""
        for model in (self._tagger, self._judge):
            self._run(model, [16])

    def _run(self, model: Any, batch: Sequence[int]) -> None:
        import torch

        longest = max(batch)
        ids = torch.randint(1, BERT_VOCABULARY, (len(batch), longest))
        mask = torch.arange(longest)[None] < torch.tensor(batch)[:, None]
        with torch.inference_mode():
            model(input_ids=ids, attention_mask=mask.long()).logits.argmax(-1).tolist()


def _framed(tokens: Iterable[int], frame: int) -> list[list[int]]:
    return batches(min(count + frame, BERT_LIMIT) for count in tokens)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
