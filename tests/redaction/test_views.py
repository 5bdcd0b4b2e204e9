"""Ranges, and layers of a dump that are decoded and put back."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.redaction.views import decoders, overlaps, patch, without
from bekenlab.tuya.crypto import encrypt
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.fast_connect import masked

RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda p: (p[0], sum(p))))
KEY = bytes(range(16))


@given(RANGES, st.integers(0, 70), st.integers(1, 10))
def test_ranges_overlap_where_they_share_a_byte(
    ranges: list[tuple[int, int]], start: int, size: int
) -> None:
    taken = {at for first, last in ranges for at in range(first, last)}
    assert overlaps(ranges, start, start + size) == bool(taken & set(range(start, start + size)))


def test_ranges_that_touch_do_not_overlap() -> None:
    assert not overlaps([(2, 5)], 5, 6)
    assert not overlaps([(2, 5)], 1, 2)
    assert overlaps([(2, 5)], 4, 6)
    assert overlaps([(2, 5)], 1, 3)
    assert overlaps([(2, 5)], 0, 9)


@given(RANGES, st.integers(0, 90))
def test_what_is_in_no_range_is_left(ranges: list[tuple[int, int]], size: int) -> None:
    taken = {at for first, last in ranges for at in range(first, last)}
    left = without(ranges, size)
    assert [at for start, end in left for at in range(start, end)] == [
        at for at in range(size) if at not in taken
    ]
    assert all(start < end for start, end in left)


@pytest.mark.parametrize("phase", [0, 5, 16, 4090])
@pytest.mark.parametrize("name", [
    "as stored", "without the mask of fast connect", "under the master key",
    "under the storage key", "under both keys",
])  # fmt: skip
def test_what_is_changed_in_a_view_is_changed_in_the_dump(name: str, phase: int) -> None:
    """Wherever it stands: the view of the patched dump is the changed view, rest as it was."""
    rng = random.Random(phase)
    data = rng.randbytes(5003)
    [decode] = [d for d in decoders([KEY], phase) if d(data).name == name]
    view = decode(data)
    whole = view.start + (len(data) - view.start) // view.unit * view.unit
    assert len(view.data) == len(data)
    for at in (view.start, 255, 256, 257, 1000, 4095, 4096, whole - 30):
        changed = bytearray(view.data)
        changed[at : at + 30] = b"REDACTED".ljust(30, b"x")
        target = bytearray(data)
        patch(target, view, changed)
        assert decode(bytes(target)).data == changed
        differing = [n for n in range(len(data)) if target[n] != data[n]]
        assert at - 16 < differing[0]
        assert differing[-1] < at + 30 + 16


def test_the_layers_are_those_of_the_firmware() -> None:
    phase, data = 32, random.Random(1).randbytes(4096)
    master = storage_facts().master_key
    stored = {
        "as stored": data,
        "without the mask of fast connect": masked(data, phase),
        "under the master key": encrypt(master, data),
        "under the storage key": encrypt(KEY, data),
        "under both keys": encrypt(master, encrypt(KEY, data)),
    }
    names = [decode(b"").name for decode in decoders([KEY, KEY], phase)]
    assert names == list(stored), "a key that was found twice is one key"
    for decode, content in zip(decoders([KEY], phase), stored.values(), strict=True):
        assert decode(content).data == data


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17])
def test_a_rest_that_is_no_block_is_as_stored(size: int) -> None:
    data = bytes(range(size))
    for decode in decoders([KEY], 3):
        assert len(decode(data).data) == size
    view = decoders([KEY], 0)[2](data)
    assert view.data[size // 16 * 16 :] == data[size // 16 * 16 :]
