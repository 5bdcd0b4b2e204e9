"""Files that are no dump: each is told apart, and the hint says what to do."""

import random
from typing import Any

import pytest

from analyses import study
from bekenlab.analysis.recognise import reject_reason, unrecognised
from bekenlab.data import read_table
from bekenlab.errors import DamagedDumpError, ExitCode, NotADumpError
from bekenlab.samples import build_sample
from bekenlab.web.texts import texts

ROWS: list[dict[str, Any]] = read_table("analysis", "file_signatures.toml")["signature"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_every_signature_is_named_with_its_own_hint(row: dict[str, Any]) -> None:
    start = bytes.fromhex(row["magic"])
    data = start + random.Random(row["name"]).randbytes(0x1000)
    analysis = study(data)
    assert isinstance(analysis.problem, NotADumpError)
    assert row["name"] in analysis.problem.message
    assert analysis.problem.hint == row["hint"]
    assert analysis.file.size == len(data)


def test_a_signature_with_a_limit_is_not_seen_in_a_whole_dump() -> None:
    limited = [row for row in ROWS if "up_to" in row]
    assert limited
    for row in limited:
        magic = bytes.fromhex(row["magic"])
        data = magic + build_sample()[len(magic) :]
        assert reject_reason(data) is None


@pytest.mark.parametrize(
    ("data", "seen", "advice"),
    [
        (b"", "empty", "read the chip again"),
        (b"\xff" * 0x200000, "every byte is FF", "wiring"),
        (b"\x00" * 0x200000, "every byte is 00", "wiring"),
        (b"\x5a" * 0x1000, "every byte is 5A", "read the chip again"),
        (random.Random(1).randbytes(0x100000), "look random", "baud rate"),
        (b"\x01" + bytes(0x100000), "nothing of a Beken chip", "2,097,152"),
        (b"Dear diary,\r\n\ttoday I opened a plug.\n", "text without a Tuya config", "{rl1_pin:"),
        ("Schöne Grüße".encode(), "text without a Tuya configuration", "{rl1_pin:"),
    ],
    ids=["empty", "erased", "zero", "one byte", "random", "other", "text", "umlauts"],
)
def test_what_was_seen_and_what_to_do(data: bytes, seen: str, advice: str) -> None:
    problem = study(data).problem
    assert isinstance(problem, NotADumpError)
    assert seen in problem.message
    assert advice in problem.hint
    assert problem.exit_code is ExitCode.INPUT


def flipped(*places: int) -> bytes:
    data = bytearray(build_sample())
    for place in places:
        data[place] ^= 0x10
    return bytes(data)


DAMAGED = {
    "cut in the app": build_sample()[:0x20000],
    "cut behind the app": build_sample()[:0x180000],
    "one block": flipped(0x2100),
    "blocks": flipped(0x2100, 0x2200),
    "blocks, and cut": flipped(0x2100, 0x2200)[:0x180000],
}


MORE = ("one block", "blocks, and cut")  # that block also is in a partition with a checksum


@pytest.mark.parametrize("damage", DAMAGED)
def test_damage_is_one_sentence_in_each_language(damage: str) -> None:
    """Below a title that says "damaged", and without a full stop in its middle."""
    problem = study(DAMAGED[damage]).problem
    assert isinstance(problem, DamagedDumpError)
    for said in (problem.message, texts("de").sentence(problem.message)):
        assert said is not None
        assert ". " not in said
        assert not said.endswith(".")
        assert "damaged" not in said
        assert "beschädigt" not in said
    assert ("; the warnings name more damage (1)" in problem.message) == (damage in MORE)


def test_a_dump_is_not_hopeless() -> None:
    assert reject_reason(build_sample()) is None
    assert reject_reason(b"\xff" * 4096 + b"\xfe") is None


def test_a_little_of_anything_gets_an_answer() -> None:
    for byte in range(256):
        assert unrecognised(bytes([byte, 255 - byte])).message
