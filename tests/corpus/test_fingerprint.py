"""Code is recognised by its sectors and functions, also where it was moved."""

import random
import struct

import pytest

from bekenlab.corpus.fingerprint import SKETCH, fingerprint, shared_functions
from bekenlab.corpus.rows import app_of, layout_of
from bekenlab.image import read_image
from bekenlab.pins import PinMap
from shared import dump

PUSH, BL = 0xB510, (0xF000, 0xF800)


def function(seed: int, target: int = 0) -> bytes:
    """A made-up function in Thumb, with a call to somewhere."""
    chance = random.Random(seed)
    body = [chance.randrange(0x2000, 0x3FFF) for _ in range(20)]
    call = [BL[0] | (target >> 11 & 0x7FF), BL[1] | (target & 0x7FF)]
    return struct.pack("<24H", PUSH, *body, *call, 0xBD10)


def app(functions: list[bytes], before: int = 0) -> bytes:
    return b"\x01\x20" * before + b"".join(functions)


def test_the_same_app_has_the_same_fingerprint() -> None:
    made = app([function(seed) for seed in range(300)])
    found = fingerprint(made + b"\xff" * 100)
    assert found == fingerprint(made)
    assert found is not None
    assert found.functions == 300
    assert len(found.sketch) == SKETCH
    assert list(found.sketch) == sorted(found.sketch)
    assert len(found.sectors) == -(-len(made) // 4096)


@pytest.mark.parametrize("blank", [b"", b"\xff" * 5000, b"\0" * 40])
def test_what_is_blank_has_none(blank: bytes) -> None:
    assert fingerprint(blank) is None


def test_moved_functions_with_other_targets_are_the_same() -> None:
    one = fingerprint(app([function(seed, seed) for seed in range(400)]))
    moved = fingerprint(app([function(seed, seed + 77) for seed in range(400)], before=40))
    assert one is not None
    assert moved is not None
    assert shared_functions(one.sketch, moved.sketch) > 0.97
    assert not set(one.sectors) & set(moved.sectors)


@pytest.mark.parametrize("common", [0, 100, 300])
def test_the_share_is_estimated(common: int) -> None:
    one = fingerprint(app([function(seed) for seed in range(400)]))
    other = fingerprint(app([function(seed + 400 - common) for seed in range(400)]))
    assert one is not None
    assert other is not None
    real = common / (800 - common)
    assert shared_functions(one.sketch, other.sketch) == pytest.approx(real, abs=0.1)
    assert shared_functions((), ()) == 0


def test_erased_sectors_do_not_count() -> None:
    made = app([function(seed) for seed in range(300)])
    stream = random.Random(1).randbytes(len(made) + 0x8000)
    padded = made.ljust(-(-len(made) // 4096) * 4096, b"\xff")
    whole = padded + stream[len(padded) :]
    assert fingerprint(whole, stream) == fingerprint(made)
    assert fingerprint(whole) != fingerprint(made)


def test_builds_of_one_firmware_are_closer_than_others() -> None:
    names = (
        "mirabella-genio-i003632-plug",
        "moes-wk-us2-tc-in-wall-outlet",
        "openbk7231n-qio-1.18.300",
    )
    sketches = []
    for name in names:
        found = app_of(read_image(dump(name)))
        assert found is not None
        sketches.append(found.sketch)
    plug, other_plug, openbeken = sketches
    assert shared_functions(plug, other_plug) > 0.8
    assert shared_functions(plug, openbeken) < 0.35


def test_a_map_without_pins_has_no_layout() -> None:
    assert layout_of(PinMap()) is None
