"""A trained network as the files that inference reads: ONNX, int8 by default, and meta.json."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from pipeline.model.phrases import PHRASES_NAME
from pipeline.model.session import ENCODER_NAME, JUDGE_NAME, META_NAME
from pipeline.model.tokens import VOCABULARY_NAME
from pipeline.schema import ENTITY_TYPES, RELATIONS, STATUSES
from pipeline.training.network import Network

OPSET = 17
EXAMPLE_TOKENS = 12


def export(
    network: Network,
    run: Path,
    out: Path,
    *,
    name: str,
    settings: dict[str, Any],
    scores: dict[str, Any],
    int8: bool = True,
) -> None:
    """Writes encoder, judge, phrases, tokenizer and meta.json into the folder `out`; the network is
    good for single windows only afterwards.

    run: the folder of the training, for what stays as it is. settings: what calibration decided, as
        `pipeline.model.session.Meta` has it.
    """
    out.mkdir(parents=True, exist_ok=True)
    network.eval()
    network.encoder.backbone.config._attn_implementation = "eager"
    network.encoder.padded = False
    _fold_scaling(network)
    with tempfile.TemporaryDirectory() as scratch, _quiet():
        _export_encoder(network, Path(scratch) / ENCODER_NAME)
        _export_judge(network, Path(scratch) / JUDGE_NAME)
        for file in (ENCODER_NAME, JUDGE_NAME):
            _finish(Path(scratch) / file, out / file, int8=int8)
    for file in (VOCABULARY_NAME, PHRASES_NAME):
        (out / file).write_bytes((run / file).read_bytes())
    files = (ENCODER_NAME, JUDGE_NAME, PHRASES_NAME, VOCABULARY_NAME)
    meta = {
        "name": name,
        "types": list(ENTITY_TYPES),
        "relations": list(RELATIONS),
        "statuses": list(STATUSES),
        **settings,
        "scores": scores,
        "sha256": {f: hashlib.sha256((out / f).read_bytes()).hexdigest() for f in files},
    }
    (out / META_NAME).write_text(
        json.dumps(meta, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter and the quantiser say on every call, whatever the network."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.WARNING)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)


def _fold_scaling(network: Network) -> None:
    """Puts what attention scores are divided by into the queries' weights: one product less over
    every pair of tokens."""
    modules: Iterable[Any] = network.encoder.backbone.modules()
    for module in modules:
        if isinstance(getattr(module, "scaling", None), float) and hasattr(module, "query"):
            module.query.weight.data *= module.scaling
            module.query.bias.data *= module.scaling
            module.scaling = 1.0


def _export_encoder(network: Network, path: Path) -> None:
    ids = torch.randint(4, 100, (2, EXAMPLE_TOKENS))
    hints = torch.zeros_like(ids)
    torch.onnx.export(
        network.encoder,
        (ids, hints),
        str(path),
        input_names=["ids", "hints"],
        output_names=["states", "tags"],
        dynamic_axes={
            name: {0: "batch", 1: "length"} for name in ("ids", "hints", "states", "tags")
        },
        opset_version=OPSET,
        dynamo=False,
    )


def _export_judge(network: Network, path: Path) -> None:
    width = network.encoder.backbone.config.hidden_size
    states = torch.randn(EXAMPLE_TOKENS, width)
    mentions = torch.tensor([[1, 3, 0, 1], [4, 5, 1, 1], [6, 9, 2, 2]])
    pairs = torch.tensor([[0, 1], [1, 0], [0, 2], [2, 0]])
    torch.onnx.export(
        network.judge,
        (states, mentions, pairs),
        str(path),
        input_names=["states", "mentions", "pairs"],
        output_names=["relations", "statuses"],
        dynamic_axes={
            "states": {0: "length"},
            "mentions": {0: "mentions"},
            "pairs": {0: "pairs"},
            "relations": {0: "pairs"},
            "statuses": {0: "pairs"},
        },
        opset_version=OPSET,
        dynamo=False,
    )


def _finish(source: Path, target: Path, *, int8: bool) -> None:
    """The matrices and embeddings as int8."""
    if int8:
        quantize_dynamic(
            source,
            target,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            per_channel=False,
            weight_type=QuantType.QInt8,
        )
    else:
        target.write_bytes(source.read_bytes())
    onnx.checker.check_model(str(target))
