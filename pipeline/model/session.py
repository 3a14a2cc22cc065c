"""The shipped model: an encoder and a judge of pairs, both ONNX, and what must be known of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from pipeline.errors import ResourceError
from pipeline.model.phrases import PHRASES_NAME, PhraseModel
from pipeline.model.tags import decode, tag_names, transitions
from pipeline.model.tokens import END, START, Tokenizer, Tokens
from pipeline.model.windows import Spanned, Window, windows
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

ENCODER_NAME = "encoder.onnx"
JUDGE_NAME = "judge.onnx"
META_NAME = "meta.json"
# What ONNX Runtime puts together and then computes more slowly than the parts: sum and norm in one
# go through a row number by number, a tenth of the encoder's time.
SLOWER_FUSED = ("SkipLayerNormFusion",)
Floats = np.ndarray[Any, np.dtype[np.float32]]
Halves = np.ndarray[Any, np.dtype[np.float16]]


@dataclass(frozen=True, slots=True)
class Meta:
    """What training decided. thresholds: the least probability of each relation. temperature: what
    relation logits are divided by before they are probabilities. status_share: how much the judge's
    opinion of a status counts beside that of the phrases."""

    name: str
    thresholds: dict[str, float]
    temperature: float
    status_share: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as the encoder sees it.

    states: for each window, float16 (tokens with start and end mark, width); kept until the whole
        text is read, they are most of the memory that a long one takes. outside: for each token,
        the probability that it belongs to no name. spans: the names found, ascending: first token,
        last (exclusive), type number, probability.
    """

    tokens: Tokens
    windows: tuple[Window, ...]
    states: tuple[Halves, ...]
    outside: Floats
    spans: tuple[tuple[int, int, int, float], ...]


class Model:
    """Texts to readings, and pairs of a reading's mentions to judgements. Thread-safe; one thread
    of arithmetic each."""

    def __init__(
        self, encoder: InferenceSession, judge: InferenceSession, phrases: PhraseModel,
        tokenizer: Tokenizer, meta: Meta,
    ) -> None:  # fmt: skip
        self._encoder = encoder
        self._judge = judge
        self._tokenizer = tokenizer
        self._allowed = transitions(len(ENTITY_TYPES))
        self.phrases = phrases
        self.meta = meta

    @classmethod
    def load(cls, folder: Path, *, threads: int = 1) -> Model:
        """The model in `folder`. Raises ResourceError where a file is missing, changed since it was
        exported, or made for other labels."""
        meta = _read_meta(folder)
        tokenizer = Tokenizer.load(folder)
        return cls(
            open_session(folder / ENCODER_NAME, threads=threads),
            open_session(folder / JUDGE_NAME, threads=threads),
            PhraseModel.load(folder / PHRASES_NAME),
            tokenizer,
            meta,
        )

    def tokenize(self, text: str) -> Tokens:
        """The tokens of `text`."""
        return self._tokenizer(text)

    def read(self, tokens: Tokens, sentences: Sequence[Spanned], hints: Sequence[int]) -> Reading:
        """What the encoder makes of a text; hints: a number for each token, as
        `pipeline.model.hints` gives them."""
        cut = windows(tokens, sentences)
        states: list[Halves] = []
        tags = np.zeros((len(tokens.ids), len(tag_names())), dtype=np.float32)
        for window in cut:
            own, scores = self._encode(tokens, hints, window)
            states.append(own.astype(np.float16))
            first = window.own_first - window.first
            last = window.own_last - window.first
            tags[window.own_first : window.own_last] = scores[first:last]
        outside = np.exp(tags[:, 0])
        spans = tuple(
            (first, last, kind, float(1 - outside[first:last].max()))
            for first, last, kind in decode(tags, self._allowed)
        )
        return Reading(tokens, cut, tuple(states), outside, spans)

    def _encode(
        self, tokens: Tokens, hints: Sequence[int], window: Window
    ) -> tuple[Floats, Floats]:
        """States and tag scores of a window; the scores without those of the marks.

        One window a pass: int8 takes its scale from the whole input, so that beside others a window
        would read differently, and on one thread a batch is slower, too.
        """
        ids = [START, *tokens.ids[window.first : window.last], END]
        seen = [0, *hints[window.first : window.last], 0]
        states, tags = self._encoder.run(
            None,
            {"ids": np.array([ids], dtype=np.int64), "hints": np.array([seen], dtype=np.int64)},
        )
        return states[0], tags[0, 1:-1]

    def judge(
        self,
        reading: Reading,
        window: int,
        mentions: Sequence[tuple[int, int, int, int]],
        pairs: Sequence[tuple[int, int]],
    ) -> tuple[Floats, Floats]:
        """Probabilities of relations, float32 (pairs, relations), and of statuses, float32 (pairs,
        relations, statuses).

        mentions: first token, last token (exclusive) of the text, type number and sentence number,
        all inside window number `window`. pairs: places of head and tail among them.
        """
        shift = 1 - reading.windows[window].first
        placed = np.array(mentions, dtype=np.int64)
        placed[:, :2] += shift
        logits, kinds = self._judge.run(
            None,
            {
                "states": reading.states[window].astype(np.float32),
                "mentions": placed,
                "pairs": np.array(pairs, dtype=np.int64),
            },
        )
        relations = 1 / (1 + np.exp(-logits / self.meta.temperature))
        raised = np.exp(kinds - kinds.max(axis=-1, keepdims=True))
        return relations, raised / raised.sum(axis=-1, keepdims=True)


def _read_meta(folder: Path) -> Meta:
    path = folder / META_NAME
    try:
        described = orjson.loads(path.read_bytes())
        labels = (described["types"], described["relations"], described["statuses"])
        ours = (list(ENTITY_TYPES), list(RELATIONS), list(STATUSES))
        if labels != ours:
            raise ResourceError(f"{path}: made for {labels}, this version needs {ours}")
        for name, digest in described["sha256"].items():
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != digest:
                raise ResourceError(
                    f"{folder / name}: not the file that {META_NAME} describes (sha256 "
                    f"{found[:12]}…, expected {digest[:12]}…); fetch the model again"
                )
        return Meta(
            str(described["name"]),
            {relation: float(described["thresholds"][relation]) for relation in RELATIONS},
            float(described["temperature"]),
            float(described["status_share"]),
        )
    except OSError as error:
        raise ResourceError(f"{error.filename}: cannot be read: {error.strerror}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResourceError(f"{path}: not the description of a model: {error!r}") from error


def open_session(path: Path, *, threads: int) -> InferenceSession:
    """The ONNX model of `path`, on the CPU. Raises ResourceError where it does not run here."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(path),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=list(SLOWER_FUSED),
        )
    except Exception as error:  # onnxruntime's own errors share no base
        raise ResourceError(f"{path}: not an ONNX model that runs here: {error}") from error
