"""A transport with faults: each occurs once, as its row says, and a seed is reproducible."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.errors import UsageError
from bekenlab.link.errors import LineLostError
from bekenlab.link.faulty import LINE_FAULTS, FaultSchedule, FaultyTransport, parse_schedule
from bekenlab.link.virtual import VirtualTransport, open_virtual, parse_address
from bekenlab.machine.rom import CHIP_FAULTS, RomChip
from rom_host import long, short, u32

if TYPE_CHECKING:
    from bekenlab.link.transport import ModemLines

FLASH = bytes(range(256)) * 256


class Loop:
    """A transport that receives what a test puts into ``answers``, one per read."""

    def __init__(self) -> None:
        self.name = "loop"
        self.lines: ModemLines | None = None
        self.baud = 115200
        self.clock = 0.0
        self.sent = b""
        self.answers: list[bytes] = []

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        self.sent += data

    def read(self, timeout: float) -> bytes:
        if self.answers:
            return self.answers.pop(0)
        self.clock += max(timeout, 1e-6)
        return b""

    def now(self) -> float:
        return self.clock

    def sleep(self, seconds: float) -> None:
        self.clock += seconds

    def close(self) -> None: ...


def faulty(spec: str, *answers: bytes) -> tuple[FaultyTransport, Loop]:
    loop = Loop()
    loop.answers = list(answers)
    return FaultyTransport(loop, parse_schedule(spec)), loop


def reads(line: FaultyTransport, timeout: float = 0.1) -> list[bytes]:
    found = []
    while part := line.read(timeout):
        found.append(part)
    return found


@pytest.mark.parametrize(
    ("spec", "heard"),
    [
        ("", b"abcdefgh"),
        ("drop@2", b"abdefgh"),
        ("drop@2:3", b"abfgh"),
        ("drop@3:2", b"abcfgh"),  # across the end of a read
        ("flip@1", b"accdefgh"),
        ("flip@1=0x20", b"aBcdefgh"),
        ("insert@4", b"abcdZefgh"),
        ("insert@0=0x21", b"!abcdefgh"),
        ("duplicate@0:2", b"aabbcdefgh"),
        ("truncate@5", b"abcde"),
        ("mute@5", b"abcde"),
        ("drop@1,drop@1,flip@6", b"acdeffh"),
        ("drop@8", b"abcdefgh"),
    ],
)
def test_what_is_heard(spec: str, heard: bytes) -> None:
    line, _ = faulty(spec, b"abcd", b"efgh")
    assert b"".join(reads(line)) == heard


def test_places_count_the_bytes_that_came_not_those_heard() -> None:
    line, _ = faulty("drop@0:4,flip@6", b"abcdefgh")
    assert b"".join(reads(line)) == b"effh"


def test_split_ends_a_read() -> None:
    line, _ = faulty("split@3", b"abcdef")
    assert reads(line)[0] == b"abc"


def test_truncation_ends_with_the_next_request() -> None:
    line, loop = faulty("truncate@2", b"abcd")
    assert b"".join(reads(line)) == b"ab"
    line.write(b"?")
    loop.answers = [b"ef"]
    assert b"".join(reads(line)) == b"ef"


def test_silence_ends_after_its_time() -> None:
    line, loop = faulty("mute@2=0.5", b"abcd")
    assert b"".join(reads(line)) == b"ab"
    line.sleep(0.3)
    loop.answers = [b"xx"]
    assert line.read(0.05) == b""
    line.sleep(0.1)
    loop.answers = [b"ef"]
    assert line.read(0.05) == b"ef"


def test_a_late_reply_misses_a_timeout_but_comes() -> None:
    line, _ = faulty("late@0=0.5", b"abcd")
    assert line.read(0.3) == b""
    assert line.now() == pytest.approx(0.3)
    assert b"".join(reads(line, 0.3)) == b"abcd"
    assert 0.5 <= line.now() <= 0.9


def test_a_late_reply_is_kept_over_a_sleep() -> None:
    line, _ = faulty("late@0=0.5", b"abcd")
    line.sleep(2)
    assert line.now() == pytest.approx(2, abs=1e-3)
    assert b"".join(reads(line)) == b"abcd"


def test_a_stale_reply_comes_before_the_right_one() -> None:
    line, loop = faulty("stale@3", b"one")
    line.write(b"1")
    assert b"".join(reads(line)) == b"one"
    line.write(b"2")
    loop.answers = [b"two"]
    assert b"".join(reads(line)) == b"onetwo"


def test_echo_comes_back_and_still_goes_out() -> None:
    line, loop = faulty("echo@1:2")
    line.write(b"abcd")
    assert b"".join(reads(line)) == b"bc"
    assert loop.sent == b"abcd"


@pytest.mark.parametrize(
    ("spec", "sent"),
    [
        ("tx-drop@1", b"acd"),
        ("tx-flip@0=0x20", b"Abcd"),
        ("tx-insert@2=0x2d", b"ab-cd"),
        ("tx-duplicate@3", b"abcdd"),
    ],
)
def test_what_is_sent(spec: str, sent: bytes) -> None:
    line, loop = faulty(spec)
    line.write(b"ab")
    line.write(b"cd")
    assert loop.sent == sent


def test_unplugged_until_it_is_put_back() -> None:
    line, loop = faulty("unplug@2", b"abcd")
    assert line.read(1) == b"ab"
    for use in (lambda: line.read(1), lambda: line.write(b"x"), lambda: line.sleep(1)):
        with pytest.raises(LineLostError):
            use()
    with pytest.raises(LineLostError):
        line.set_baud(9600)
    assert line.lost
    loop.answers = [b"lost"]
    line.replug()
    loop.answers = [b"new"]
    assert line.read(1) == b"new"


def test_a_read_that_unplugs_reports_it_at_once() -> None:
    line, _ = faulty("unplug@0", b"abcd")
    with pytest.raises(LineLostError):
        line.read(1)


def test_a_change_of_rate_is_only_pretended() -> None:
    line, loop = faulty("keep-baud@2")
    line.set_baud(9600)
    assert (line.baud, loop.baud) == (9600, 9600)
    line.set_baud(921600)
    assert (line.baud, loop.baud) == (921600, 9600)
    line.set_baud(115200)
    assert (line.baud, loop.baud) == (115200, 115200)


@pytest.mark.parametrize(
    "spec", ["nonsense@1", "drop@", "drop@1:0", "flip@1=x", "late@1=-1", "drop 1", "drop@1:9999999"]
)
def test_an_invalid_spec_is_refused(spec: str) -> None:
    with pytest.raises(UsageError):
        parse_schedule(spec)


def test_a_seed_decides() -> None:
    one = FaultSchedule.from_seed(5, count=50, span=1000)
    assert one == FaultSchedule.from_seed(5, count=50, span=1000)
    assert one != FaultSchedule.from_seed(6, count=50, span=1000)
    assert len(one.faults) == 50
    assert all(0 <= fault.at < 1000 for fault in one.faults)
    assert parse_schedule("random@1000:50", seed=5) == one


@settings(max_examples=60)
@given(st.integers(0, 1 << 32))
def test_with_finitely_many_faults_retrying_succeeds(seed: int) -> None:
    """A host that only retries reads the correct sector, and time does not stop."""
    line = FaultyTransport(
        VirtualTransport(RomChip("BK7231N", FLASH)),
        FaultSchedule.from_seed(seed, count=15, span=10_000),
    )
    line.sleep(0.01)
    request = long(9, u32(0x1000))
    expected = bytes.fromhex("040eff01e0fcf4061009 00") + u32(0x1000) + FLASH[:4096]
    for _ in range(40):
        line.write(short(0))
        while line.read(2.5):
            pass
        line.write(request)
        if b"".join(reads(line, 2.5)) == expected:
            return
        if line.lines is not None:
            line.lines.set(dtr=True, rts=True)
            line.lines.set(dtr=False, rts=False)
            line.sleep(0.01)
    pytest.fail("never right")


def test_an_address_takes_faults_of_chip_and_line() -> None:
    line = open_virtual(parse_address("virtual://bk7231n?size=64K&fault=drop@3,reset@9&seed=4"))
    assert isinstance(line, FaultyTransport)
    line.sleep(0.01)
    line.write(short(0))
    assert b"".join(reads(line)) == bytes.fromhex("040e05e0fc0100")
    assert isinstance(open_virtual(parse_address("virtual://t2?fault=reset@9")), VirtualTransport)
    with pytest.raises(UsageError) as raised:
        open_virtual(parse_address("virtual://bk7231n?fault=fire"))
    assert "power-cut" in raised.value.hint
    assert "unplug" in raised.value.hint


def test_the_table_names_every_fault() -> None:
    from bekenlab.link import faulty as module

    assert module.__doc__ is not None
    for name in LINE_FAULTS:
        assert name in module.__doc__


def test_line_and_chip_faults_have_different_names() -> None:
    assert not set(LINE_FAULTS) & set(CHIP_FAULTS)


def test_the_page_lists_every_fault() -> None:
    page = (Path(__file__).parents[2] / "docs" / "faults.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`([a-z-]+)[@=`]", row)}
    assert set(LINE_FAULTS) | set(CHIP_FAULTS) <= listed
