"""``analyze`` answers for any bytes, and says what is damaged."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import contract
from analyses import codes, sample, study
from bekenlab.analysis.model import Analysis
from bekenlab.errors import DamagedDumpError
from bekenlab.report.json_report import to_json
from bekenlab.samples import build_sample

BOUNDED = settings(max_examples=25)
SIZE = len(build_sample())


def answer(data: bytes) -> Analysis:
    """Analyse, and hold the report against its contract."""
    analysis = study(data)
    report = json.loads(json.dumps(to_json(analysis, show_secrets=True), allow_nan=False))
    contract.check(report)
    return analysis


edits = st.lists(
    st.tuples(st.integers(0, SIZE - 1), st.binary(min_size=1, max_size=64)), min_size=1, max_size=20
)
# Where structures are: table, trailers, RF, plain copy, protected block, storage.
PLACES = st.sampled_from(
    [0, 0x2000, 0x10F00, 0x11000, 0x129F00, 0x1D0000, 0x1D4000, 0x1ED000, 0x1EE000, 0x1EF000]
)
near = st.lists(
    st.tuples(
        st.builds(int.__add__, PLACES, st.integers(0, 0x180)), st.binary(min_size=1, max_size=16)
    ),
    min_size=1,
    max_size=30,
)


@BOUNDED
@given(edits | near, st.integers(0, SIZE) | st.just(SIZE), st.integers(0, 0x2000) | st.just(0))
def test_a_mutated_dump_is_answered(changes: list[tuple[int, bytes]], end: int, begin: int) -> None:
    data = bytearray(build_sample())
    for place, content in changes:
        data[place : place + len(content)] = content
    answer(bytes(data[begin:end]))


@BOUNDED
@given(st.binary(max_size=4096))
def test_arbitrary_bytes_are_answered(data: bytes) -> None:
    answer(data)


@BOUNDED
@given(st.text(max_size=300), st.text(max_size=40), st.text(max_size=40))
def test_arbitrary_text_is_answered(prose: str, name: str, value: str) -> None:
    text = f"{prose}{{rl1_pin:6,{name}_pin:{value},module:{value}}}"
    answer(text.encode("utf-8", "surrogatepass"))
    answer(json.dumps({"rl1_pin": 6, f"{name}_pin": value, "module": value}).encode())


@pytest.mark.parametrize("size", [0x1000, 0x40000, 0x100000, 0x1D0000, 0x1EE000, SIZE - 1])
def test_a_truncated_dump_is_told_and_what_is_left_is_shown(size: int) -> None:
    analysis = answer(build_sample()[:size])
    assert isinstance(analysis.problem, DamagedDumpError)
    assert analysis.problem.hint
    assert analysis.chip.name == "BK7231N"
    assert analysis.notices


@pytest.mark.parametrize("place", [0x100, 0x2100, 0x11100, 0x11400])
def test_a_flipped_bit_in_code_is_found_by_address(place: int) -> None:
    data = bytearray(build_sample())
    data[place] ^= 0x10
    analysis = answer(bytes(data))
    assert isinstance(analysis.problem, DamagedDumpError)
    assert "bad-crc" in codes(analysis)
    [message] = [notice.message for notice in analysis.notices if notice.code == "bad-crc"]
    assert f"0x{place // 34 * 34:x}" in message
    assert analysis.template == sample().template


def test_a_flipped_bit_in_storage_is_told_and_the_pins_are_right() -> None:
    data = bytearray(build_sample())
    data[0x1EF000 + 0x200] ^= 1
    analysis = answer(bytes(data))
    assert {"storage-block-damaged", "damaged-parameters"} & set(codes(analysis))
    assert analysis.template == sample().template


def test_heavy_damage_still_gives_a_report() -> None:
    chance = random.Random(4)
    data = bytearray(build_sample())
    for _ in range(50_000):
        data[chance.randrange(SIZE)] ^= 1 << chance.randrange(8)
    analysis = answer(bytes(data))
    assert isinstance(analysis.problem, DamagedDumpError)
    assert analysis.notices
