import contextlib
from collections import OrderedDict, defaultdict, namedtuple

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.child import plaindata
from grader.child.plaindata import Foreign, Malformed, decode, encode

numbers = st.integers(-(2**63), 2**63 - 1) | st.floats() | st.booleans() | st.none() | st.text(max_size=20)
arrays = hnp.arrays(
    st.sampled_from([np.float64, np.float32, np.int64, np.uint8, np.bool_, np.complex128]),
    hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
)
values = st.recursive(
    numbers | arrays | st.binary(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


def same(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    return a == b or (a != a and b != b)


@given(values)
def test_plain_data_survives(value):
    assert same(decode(encode(value)), value)


@given(st.binary(max_size=200))
def test_any_bytes_decode_or_are_malformed(data):
    with contextlib.suppress(Malformed):
        decode(data)


def test_a_word_that_numpy_drew_is_a_word():
    assert decode(encode([np.random.default_rng(0).choice(["relu"]), np.str_("")])) == ["relu", ""]
    assert decode(encode((np.array(["b", "ab"]), np.array([["x"]]), np.zeros(0, "U1")))) == (
        ["b", "ab"],
        [["x"]],
        [],
    )


def test_decoded_arrays_are_fresh_and_writable():
    original = np.zeros(3)
    copy = decode(encode(original))
    copy += 1
    assert (original == 0).all()


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1},
        10**30,
        np.array([print]),
        np.ma.array([1.0]),
        {1: 2},
        "\udcff",
        print,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_plain_data_becomes_foreign(value):
    assert isinstance(decode(encode(value)), Foreign)


def test_subclasses_of_plain_types_are_foreign():
    class Number(float):
        def __eq__(self, other):
            return True

    class Array(np.ndarray):
        pass

    assert isinstance(decode(encode(Number(1))), Foreign)
    assert isinstance(decode(encode(np.zeros(2).view(Array))), Foreign)


def test_a_list_inside_itself_ends():
    value = []
    value.append(value)
    text = str(decode(encode(value)))
    assert "inside itself" in text


def test_a_huge_view_is_not_copied():
    assert decode(encode(np.broadcast_to(0.0, 10**12))).type_name == "ndarray"


def array_message(dtype, shape, raw):
    return msgspec.msgpack.encode(
        msgspec.msgpack.Ext(plaindata.ARRAY, msgspec.msgpack.encode([dtype, shape, raw]))
    )


@pytest.mark.parametrize(
    "data",
    [
        array_message("|O", [1], b"\0" * 8),
        array_message("<f8", [2**40, 2**40], b""),
        array_message("<f8", [-1], b"\0" * 8),
        array_message("<f8", [2], b"\0" * 8),
        array_message("<f8", [1] * 40, b"\0" * 8),
        array_message("|V8", [1], b"\0" * 8),
        msgspec.msgpack.encode(msgspec.msgpack.Ext(99, b"")),
        b"\x91" * 100_000 + b"\xc0",
        b"\xdd\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"",
    ],
)
def test_hostile_bytes_are_malformed(data):
    with pytest.raises(Malformed):
        decode(data)


def test_too_many_bytes_are_malformed():
    with pytest.raises(Malformed, match="more than"):
        decode(bytes(plaindata.MAX_BYTES + 1))


def test_tensors_arrive_as_arrays():
    tensorflow = pytest.importorskip("tensorflow")
    assert same(decode(encode(tensorflow.constant([1.0, 2.0]))), np.array([1, 2], np.float32))


def test_what_is_a_dict_a_tuple_or_a_list_too_is_one():
    pair = namedtuple("pair", "train test")([1, 2], [3])
    several = OrderedDict(pair=pair), defaultdict(list, a=[1]), UserLike([4, 5])
    assert decode(encode(several)) == ({"pair": ([1, 2], [3])}, {"a": [1]}, [4, 5])


class UserLike(list):
    """A list of somebody's."""
