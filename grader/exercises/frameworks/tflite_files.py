"""TFLite files of one dense layer, written tensor by tensor: weights, scales and zero points as one likes."""

import importlib
from functools import cache
from typing import Any, NamedTuple

import numpy as np


class Grid(NamedTuple):
    """A whole number q stands for `scale · (q − zero_point)`."""

    scale: float
    zero_point: int

    def places(self, values: np.ndarray) -> np.ndarray:
        """Where values lie on the grid, before rounding."""
        return values / np.float32(self.scale) + self.zero_point

    def numbers(self, values: np.ndarray) -> np.ndarray:
        return np.clip(np.round(self.places(values)), -128, 127).astype(np.int64)

    def are_clear(self, values: np.ndarray) -> bool:
        """Whether nobody can round values differently: none lies near the middle of two numbers."""
        return bool(np.all(np.abs(self.places(values) % 1 - 0.5) > 0.05))


class Layer(NamedTuple):
    """A dense layer in a TFLite file; one without `into` and `out` is of float32.

    Args:
        kernel: whole numbers that stand for `scale · q`, or floats, (features, k).
        bias: in steps of `into.scale · scale`, or floats, (k,).
        relu: whether negative outputs become 0.
        scale: of the kernel.
        into, out: grids of the input and the output.
    """

    kernel: np.ndarray
    bias: np.ndarray
    relu: bool = False
    scale: float = 1.0
    into: Grid | None = None
    out: Grid | None = None

    def before_rounding(self, x: np.ndarray) -> np.ndarray:
        """What an int8 layer computes, (n, k), before it is put on the grid of the output."""
        assert self.into is not None, "a layer of float32 rounds nothing"
        q = self.into.numbers(x) - self.into.zero_point
        z = (q @ self.kernel + self.bias) * (np.float32(self.into.scale) * np.float32(self.scale))
        return np.maximum(z, 0) if self.relu else z


def written(layer: Layer) -> bytes:
    """The layer as a TFLite file, as a converter writes it: a graph of one operation, and a signature."""
    schema = _schema()
    kinds = schema.TensorType
    features, units = layer.kernel.shape
    is_int8 = layer.into is not None
    number = kinds.INT8 if is_int8 else kinds.FLOAT32
    grids: list[Grid | None] = [None] * 4
    if layer.into is not None:
        grids = [layer.into, Grid(layer.scale, 0), Grid(layer.into.scale * layer.scale, 0), layer.out]
    weights = layer.kernel.T.astype(np.int8 if is_int8 else np.float32)
    bias = layer.bias.astype(np.int32 if is_int8 else np.float32)
    tensors = [
        _tensor("serving_default_x:0", [1, features], number, 0, grids[0]),
        _tensor("kernel", [units, features], number, 1, grids[1]),
        _tensor("bias", [units], kinds.INT32 if is_int8 else number, 2, grids[2]),
        _tensor("StatefulPartitionedCall:0", [1, units], number, 0, grids[3]),
    ]
    operation = schema.OperatorT()
    operation.opcodeIndex, operation.inputs, operation.outputs = 0, [0, 1, 2], [3]
    operation.builtinOptionsType = schema.BuiltinOptions.FullyConnectedOptions
    operation.builtinOptions = schema.FullyConnectedOptionsT()
    kind = schema.ActivationFunctionType
    operation.builtinOptions.fusedActivationFunction = kind.RELU if layer.relu else kind.NONE
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.FULLY_CONNECTED
    code.version = 4 if is_int8 else 1
    graph = schema.SubGraphT()
    graph.name, graph.inputs, graph.outputs, graph.tensors = "main", [0], [3], tensors
    graph.operators = [operation]
    signature = schema.SignatureDefT()
    signature.signatureKey, signature.subgraphIndex = "serving_default", 0
    signature.inputs, signature.outputs = [_named("x", 0)], [_named("output_0", 3)]
    model = schema.ModelT()
    model.version, model.description = 3, "one dense layer"
    model.operatorCodes, model.subgraphs, model.signatureDefs = [code], [graph], [signature]
    model.buffers = [_buffer(None), _buffer(weights), _buffer(bias)]
    builder = importlib.import_module("flatbuffers").Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


@cache
def _schema() -> Any:
    try:
        return importlib.import_module("ai_edge_litert.schema_py_generated")
    except ImportError:  # Windows
        importlib.import_module("tensorflow")
        return importlib.import_module("tensorflow.lite.python.schema_py_generated")


def _tensor(name: str, shape: list[int], kind: int, buffer: int, grid: Grid | None) -> Any:
    tensor = _schema().TensorT()
    tensor.name, tensor.shape, tensor.type, tensor.buffer = name, shape, kind, buffer
    if grid is not None:
        tensor.quantization = _schema().QuantizationParametersT()
        tensor.quantization.scale, tensor.quantization.zeroPoint = [grid.scale], [grid.zero_point]
    return tensor


def _named(name: str, tensor: int) -> Any:
    named = _schema().TensorMapT()
    named.name, named.tensorIndex = name, tensor
    return named


def _buffer(numbers: np.ndarray | None) -> Any:
    buffer = _schema().BufferT()
    buffer.data = None if numbers is None else np.frombuffer(numbers.tobytes(), np.uint8)
    return buffer
