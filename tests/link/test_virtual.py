"""The transport to a virtual chip: addresses, rates, modem lines, files."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bekenlab.errors import BekenlabError
from bekenlab.link.errors import LineLostError, PortError
from bekenlab.link.virtual import CenLines, VirtualTransport, open_virtual, parse_address
from bekenlab.machine.rom import Mode, RomChip
from rom_host import ask, link, long, read_all, short, u32

if TYPE_CHECKING:
    from bekenlab.link.transport import Transport

FLASH = bytes(range(256)) * 256


def transport(chip: RomChip | None = None) -> VirtualTransport:
    return VirtualTransport(chip or RomChip("BK7231N", FLASH))


def plain(text: str) -> VirtualTransport:
    line = open_virtual(parse_address(text))
    assert isinstance(line, VirtualTransport)
    return line


def test_it_is_a_transport_with_its_own_clock() -> None:
    line: Transport = transport()
    assert line.read(10) == b""
    assert line.now() == pytest.approx(10)
    line.sleep(5)
    assert line.now() == pytest.approx(15)


def test_polling_makes_progress() -> None:
    line = transport()
    line.sleep(0.01)
    line.write(short(0))
    assert b"".join(line.read(0) for _ in range(1000)) == bytes.fromhex("040e0501e0fc0100")


def test_what_arrives_during_a_sleep_is_kept() -> None:
    line = transport()
    line.sleep(0.01)
    line.write(short(0))
    line.sleep(1)
    assert len(line.read(0)) == 8


def test_a_new_rate_waits_for_what_was_written() -> None:
    line = transport()
    line.sleep(0.01)
    line.write(bytes(95) + short(0))
    line.set_baud(9600)
    assert line.now() == pytest.approx(0.01 + 100 * 10 / 115200)
    line.set_baud(115200)
    assert len(line.read(1)) == 8


def test_both_lines_hold_the_chip_in_reset() -> None:
    chip = RomChip("BK7231N", FLASH)
    line = transport(chip)
    line.sleep(1)
    assert chip.mode is Mode.APP
    assert line.lines is not None
    line.lines.set(dtr=True, rts=True)
    line.sleep(0.1)
    line.lines.set(dtr=False, rts=True)
    assert ask(line, short(0), 0.1) == b""
    line.lines.set(dtr=False, rts=False)
    line.sleep(0.01)
    assert len(ask(line, short(0), 0.01)) == 8
    assert VirtualTransport(chip, modem_lines=False).lines is None


def test_a_chip_is_reset_once_when_the_last_line_is_released() -> None:
    resets: list[str] = []
    lines = CenLines(lambda: resets.append("reset"))
    for dtr, rts in ((True, True), (False, True), (True, False), (True, True), (True, False)):
        lines.set(dtr=dtr, rts=rts)
        assert lines.held
    assert resets == [], "one of the two still holds the chip"
    lines.set(dtr=False, rts=False)
    assert not lines.held
    lines.set(dtr=False, rts=False)
    assert resets == ["reset"]
    for dtr, rts in ((True, False), (False, False), (False, True), (False, False)):
        lines.set(dtr=dtr, rts=rts)
    assert resets == ["reset"] * 3


def test_an_address_names_chip_and_files(tmp_path: Path) -> None:
    image = tmp_path / "a & b.bin"
    image.write_bytes(b"\x12" * 0x1800)
    target = tmp_path / "out.bin"
    text = f"virtual://bk7231n?image={tmp_path}/a%20%26%20b.bin&write_back={target}&size=64K"
    line = plain(text)
    assert line.name == text
    link(line)
    reply = ask(line, long(9, u32(0x1000)))[15:]
    assert reply == b"\x12" * 0x800 + b"\xff" * 0x800
    ask(line, long(0x0D, b"\x01\0\0"))
    ask(line, long(6, u32(0) + b"\0"))
    assert not target.exists()
    line.close()
    line.close()
    assert target.read_bytes() == b"\0" + b"\x12" * 0x17FF + b"\xff" * (0x10000 - 0x1800)
    with pytest.raises(LineLostError):
        line.read(1)


def test_a_chip_without_an_image_is_blank() -> None:
    line = plain("virtual://T2")
    assert line.device.flash == b"\xff" * 0x200000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("/dev/ttyUSB0", "port"),
        ("virtual://bk7231n?imge=a", "port"),
        ("virtual://bk7231n?size=big", "port"),
        ("virtual://esp32", "unsupported"),
        ("virtual://bk7231t", "not-a-dump"),
        ("virtual://bk7231n?size=3M", "unsupported"),
        ("virtual://bk7231n?size=0", "unsupported"),
        ("virtual://bk7231n?image=/no/such/file", "file-access"),
    ],
)
def test_invalid_addresses_are_refused(text: str, code: str) -> None:
    with pytest.raises(BekenlabError) as raised:
        open_virtual(parse_address(text))
    assert raised.value.code == code


def test_an_image_larger_than_the_flash_is_refused(tmp_path: Path) -> None:
    image = tmp_path / "big.bin"
    image.write_bytes(bytes(0x20000))
    with pytest.raises(BekenlabError) as raised:
        open_virtual(parse_address(f"virtual://bk7231n?image={image}&size=64K"))
    assert raised.value.code == "too-large"


def test_a_failed_write_back_is_reported_and_leaves_no_file(tmp_path: Path) -> None:
    line = open_virtual(parse_address(f"virtual://bk7231n?size=64K&write_back={tmp_path}/no/x.bin"))
    with pytest.raises(BekenlabError) as raised:
        line.close()
    assert raised.value.code == "file-access"
    assert list(tmp_path.iterdir()) == []


def test_a_port_error_says_how_to_write_it() -> None:
    with pytest.raises(PortError) as raised:
        parse_address("COM3")
    assert "virtual://" in raised.value.hint


def test_a_whole_flash_can_be_read() -> None:
    chip = RomChip("BK7231N", FLASH * 4)
    line = transport(chip)
    link(line)
    line.write(short(0x0F, u32(921600) + b"\1"))
    line.sleep(0.001)
    line.set_baud(921600)
    read_all(line)
    found = b"".join(ask(line, long(9, u32(n)), 0.01)[15:] for n in range(0, 0x40000, 0x1000))
    assert found == FLASH * 4
