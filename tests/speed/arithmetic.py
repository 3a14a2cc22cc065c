"""How much arithmetic the encoder does, and how fast this machine does arithmetic at best."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pandas as pd

import pipeline.model.session

# The product whose speed counts as the machine's: large enough for the best that the library can
# do, small enough for the second-level cache.
SIDE = 1_024
REPEATS = 24


@dataclass(frozen=True, slots=True)
class Work:
    """Operations, two for each multiplication with its addition: of weights in int8, and of
    attention in fp32."""

    int8: float
    fp32: float


@dataclass(frozen=True, slots=True)
class Peak:
    """Operations a CPU-second of one thread, by the library that runs the encoder."""

    int8: float
    fp32: float

    def seconds(self, work: Work) -> float:
        """What `work` takes at this speed."""
        return work.int8 / self.int8 + work.fp32 / self.fp32


def encoder_work(path: Path, lengths: Iterable[int]) -> Work:
    """The matrix products of the ONNX encoder of `path` over windows of so many tokens."""
    import onnx  # the extra `train` has it, and the bench's own tests run without

    graph = onnx.load(path).graph
    shapes = {one.name: tuple(one.dims) for one in graph.initializer}
    weights = 0
    attentions = 0
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            rows, columns = shapes[node.input[1]]
            weights += rows * columns
        elif node.op_type == "MatMul":
            attentions += 1
    # Each token's state against each other's, once for the scores and once for the sums.
    width = max(min(shape) for shape in shapes.values() if len(shape) == 2)
    int8 = fp32 = 0.0
    for length in lengths:
        int8 += 2 * length * weights
        fp32 += 2 * length * length * width * attentions
    return Work(int8, fp32)


def peak() -> Peak:
    """The speed of this machine, measured now, on one thread."""
    return Peak(_rate(np.uint8, np.int8, "MatMulInteger"), _rate(np.float32, np.float32, "MatMul"))


def arithmetic_table(work: Work, best: Peak, spent: float) -> pd.DataFrame:
    """One row: operations and the machine's best in 10⁹ and 10⁹ a second, what the work takes at
    best, what it took (`spent`), both in CPU-seconds, and how many times as long that is."""
    least = best.seconds(work)
    row = {
        "int8_gop": work.int8 / 1e9,
        "fp32_gop": work.fp32 / 1e9,
        "best_int8_gop_s": best.int8 / 1e9,
        "best_fp32_gop_s": best.fp32 / 1e9,
        "least_cpu_s": least,
        "cpu_s": spent,
        "times_least": spent / least,
    }
    return pd.DataFrame([row])


@contextmanager
def window_lengths() -> Iterator[list[int]]:
    """Inside, the list takes the tokens, marks counted, of each window that any model encodes."""
    model = pipeline.model.session.Model
    encode = model._encode
    lengths: list[int] = []

    def counted(self: Any, tokens: Any, hints: Any, window: Any) -> Any:
        lengths.append(window.last - window.first + 2)
        return encode(self, tokens, hints, window)

    model._encode = counted  # type: ignore[method-assign]
    try:
        yield lengths
    finally:
        model._encode = encode  # type: ignore[method-assign]


def _rate(left: type, right: type, operation: str) -> float:
    from onnx import TensorProto, helper, numpy_helper

    kinds = {np.uint8: TensorProto.UINT8, np.int8: TensorProto.INT8, np.float32: TensorProto.FLOAT}
    made = TensorProto.INT32 if operation == "MatMulInteger" else TensorProto.FLOAT
    chance = np.random.default_rng(0)
    # A weight that is known when the model is loaded is packed then, as the encoder's are.
    weight = numpy_helper.from_array(_numbers(chance, right), "weight")
    graph = helper.make_graph(
        [helper.make_node(operation, ["x", "weight"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", kinds[left], [SIDE, SIDE])],
        [helper.make_tensor_value_info("y", made, [SIDE, SIDE])],
        [weight],
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    given = {"x": _numbers(chance, left)}
    fastest = float("inf")
    for _ in range(REPEATS):
        since = time.process_time()
        session.run(None, given)
        fastest = min(fastest, time.process_time() - since)
    return float(2 * SIDE**3 / fastest)


def _numbers(chance: np.random.Generator, kind: type) -> np.ndarray[Any, Any]:
    if kind is np.float32:
        return chance.standard_normal((SIDE, SIDE), dtype=np.float32)
    return chance.integers(0, 100, (SIDE, SIDE)).astype(kind)
