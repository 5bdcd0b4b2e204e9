"""UF2 packages: as LibreTiny's own tool writes them, damaged, and any bytes."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import peers
from bekenlab.errors import BekenlabError, DamagedDumpError, UnsupportedError
from bekenlab.image.uf2 import read_uf2
from chip_files import UF2_N as N
from chip_files import block, tag

RANDOM = random.Random(2)
APP, TAIL = RANDOM.randbytes(5000), RANDOM.randbytes(102)


FOR_WIRE = tag(0xC0EE0C, bytes.fromhex("000100") + b"app\0")
FOR_OTA = tag(0xC0EE0C, bytes.fromhex("100000") + b"download\0")


def package(*blocks: tuple[int, bytes, bytes]) -> bytes:
    """Address, data and tags of each block; a header in front."""
    count = len(blocks) + 1
    header = (0, b"", tag(0x00DE43, b"esphome") + tag(0x9FC7BC, b"2025.1"))
    return b"".join(block(N, i, count, *each) for i, each in enumerate((header, *blocks)))


GOOD = package((0, APP[:256], FOR_WIRE), (256, APP[256:500], b""), (0, b"ota", FOR_OTA))


def test_blocks_for_the_wire_are_put_together() -> None:
    found = read_uf2(GOOD)
    assert (found.family, found.firmware, found.version) == (N, "esphome", "2025.1")
    assert [(p.partition, p.offset, p.data) for p in found.parts] == [("app", 0, APP[:500])]


def test_what_libretiny_packs_is_read(tmp_path: Path) -> None:
    for name, data in (("app", APP), ("tail", TAIL), ("ota", b"not for the wire")):
        (tmp_path / name).write_bytes(data)
    out = tmp_path / "out.uf2"
    images = [
        f"{tmp_path}/app=flasher:app",
        f"{tmp_path}/tail+0x118f0a=flasher:app",
        f"{tmp_path}/ota=device:download",
    ]
    board = ("-b", "generic-bk7231n-qfn32-tuya", "-F", "esphome:2025.1", "-o", out)
    peers.run("ltchiptool", "uf2", "write", *board, *images)
    found = read_uf2(out.read_bytes())
    assert found.board == "generic-bk7231n-qfn32-tuya"
    assert [(p.offset, p.data) for p in found.parts] == [(0, APP), (0x118F0A, TAIL)]
    assert found.table["app"] == (0x11000, 0x119000)


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (GOOD[:-1], "has 2,047 bytes, but was built with 2,048"),
        (GOOD[:100], "ends in the middle of block 0"),
        (GOOD[:512] + GOOD[1024:] + GOOD[:512], "block 1 is numbered 2"),
        (GOOD[:512] + bytes(512) + GOOD[1024:], "block 1 is not a UF2 block"),
    ],
)
def test_damage_is_named(data: bytes, seen: str) -> None:
    with pytest.raises(DamagedDumpError, match=seen):
        read_uf2(data)


def test_a_package_for_the_air_only_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="nothing to write over UART"):
        read_uf2(package((0, b"ota", FOR_OTA)))


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=40))
def test_any_change_gives_a_package_or_a_typed_error(at: int, change: bytes) -> None:
    try:
        read_uf2((GOOD[:at] + change + GOOD[at + len(change) :])[: len(GOOD)])
    except BekenlabError:
        return


@given(st.binary(max_size=1200))
def test_any_bytes_give_a_typed_error(data: bytes) -> None:
    with pytest.raises(BekenlabError):
        read_uf2(b"UF2\n" + data)
