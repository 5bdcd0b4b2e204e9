"""The client against a server with all of OpenBeken's traps; each test is one of them."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING, Any

import pytest

from bekenlab.chips import SECTOR
from bekenlab.errors import BadValueError
from bekenlab.lan.device import CHUNK, Device
from bekenlab.lan.errors import (
    DeviceRefusedError,
    NoAnswerError,
    NoHostError,
    NotOpenBekenError,
    WebPasswordError,
)
from lan.devices import QUICK, client
from lan.fake import FakeDevice, Reply
from lan.fake_firmware import BUILD, Firmware

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake() -> Iterator[FakeDevice]:
    with FakeDevice() as device:
        yield device


PASSWORD = "geheim"  # noqa: S105  of the fake device


class HesitantSocket(socket.socket):
    """Each ``send`` reaches the other side by itself, as on a radio."""

    def sendall(self, *arguments: Any) -> None:
        super().sendall(*arguments)
        time.sleep(0.05)


@pytest.fixture
def hesitant(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        made = HesitantSocket(socket.AF_INET, socket.SOCK_STREAM)
        made.settimeout(timeout)
        made.connect(address)
        return made

    monkeypatch.setattr(socket, "create_connection", connect)


def test_a_status_line_with_a_bare_line_feed_and_no_length_is_read(fake: FakeDevice) -> None:
    info = client(fake).info()
    assert (info.build, info.version, info.chipset) == (BUILD, "1.18.300", "BK7231N")
    assert (info.short_name, info.mac) == ("obk59A1B2C3", "3C:0B:59:A1:B2:C3")


def test_each_request_has_a_connection_of_its_own(fake: FakeDevice) -> None:
    device = client(fake)
    assert [device.info().chipset for _ in range(3)] == ["BK7231N"] * 3
    assert fake.requests == ["GET /api/info"] * 3


@pytest.mark.usefixtures("hesitant")
def test_head_and_body_leave_in_one_send(fake: FakeDevice) -> None:
    device = client(fake)
    device.command("ShortName lamp")
    device.set_pins([1] * 29, [2] * 29)
    assert fake.firmware.text("short_name") == "lamp"
    assert device.pins().roles == (1,) * 29
    assert fake.crashes == 0, "a head in two pieces crashes the firmware"


@pytest.mark.usefixtures("hesitant")
def test_an_upload_begins_in_the_same_send(fake: FakeDevice) -> None:
    client(fake).upload_firmware(b"\x55" * 9000)
    assert fake.firmware.flash[0x12A000:0x12C328] == b"\x55" * 9000


def test_what_the_server_would_not_see_is_not_sent(fake: FakeDevice) -> None:
    device = client(fake)
    with pytest.raises(BadValueError, match="more than OpenBeken accepts"):
        device.command("ShortName " + "x" * 1000)
    with pytest.raises(BadValueError):
        device.set_startup_command("ä" * 200)  # six characters each on the way
    assert not device.fits_startup_command("ä" * 200)
    assert fake.requests == []


def test_a_command_that_fills_the_burst_arrives_whole(fake: FakeDevice) -> None:
    head = len(f"POST /api/cmnd HTTP/1.1\r\nHost: {fake.host}\r\nContent-Length: 923\r\n\r\n")
    line = "ShortName " + "x" * 21 + " " * (1024 - head - 31)
    client(fake).command(line)
    assert fake.firmware.commands == ["ShortName " + "x" * 21]
    with pytest.raises(BadValueError):
        client(fake).command(line + " ")


@pytest.mark.parametrize("text", ["", "  \n", "Power\0TOGGLE"])
def test_what_the_firmware_would_not_read_as_a_command_is_refused(
    fake: FakeDevice, text: str
) -> None:
    with pytest.raises(BadValueError):
        client(fake).command(text)
    assert fake.requests == []


def test_bytes_that_are_not_utf_8_arrive_as_they_were_typed(fake: FakeDevice) -> None:
    client(fake).command("ShortName \udcff")
    client(fake).set_startup_command("echo \udcff")
    assert fake.firmware.commands == ["ShortName \ufffd"]  # as the fake reads the byte
    assert fake.firmware.text("startup_command") == "echo \ufffd"


def test_a_long_command_runs_once(fake: FakeDevice) -> None:
    """``/cm`` would run it twice: the light would be as before."""
    client(fake).command("Power TOGGLE" + " " * 150)
    assert fake.firmware.toggles == 1


def test_a_command_without_an_answer_is_no_json_and_fine(fake: FakeDevice) -> None:
    reply = client(fake).command("SetPinRole 26 Rel")
    assert (reply.message, reply.result, reply.text) == ("OK", None, "")


def test_a_command_with_an_answer_gives_it(fake: FakeDevice) -> None:
    reply = client(fake).command("Power ON")
    assert reply.result == {"POWER": "ON"}


@pytest.mark.parametrize(
    ("line", "status", "said"), [("Frobnicate", 501, "Unknown command"), ("Flags x", 400, "Bad")]
)
def test_a_refused_command_says_why(fake: FakeDevice, line: str, status: int, said: str) -> None:
    with pytest.raises(DeviceRefusedError, match=said) as caught:
        client(fake).command(line)
    assert caught.value.facts["status"] == status


def test_a_status_below_zero_is_a_refusal(fake: FakeDevice) -> None:
    with pytest.raises(DeviceRefusedError, match=r"invalid url \(status -1\)"):
        client(fake)._get("/api/flash/x", "application/octet-stream")


def test_flash_is_read_by_hexadecimal_without_prefix(fake: FakeDevice) -> None:
    fake.firmware.flash[0x1D4000:0x1D4004] = b"abcd"
    assert client(fake).read_flash(0x1D4000, 4) == b"abcd"
    assert fake.requests == ["GET /api/flash/1D4000-4"]


@pytest.mark.parametrize(
    ("address", "length"), [(0x1FF001, CHUNK), (0, CHUNK + 1), (0, 0), (-4, 4), (0x397000, 16)]
)
def test_flash_the_server_does_not_read_is_not_asked_for(
    fake: FakeDevice, address: int, length: int
) -> None:
    with pytest.raises(BadValueError):
        client(fake).read_flash(address, length)
    assert fake.requests == []


def test_a_cut_answer_is_asked_for_again(fake: FakeDevice) -> None:
    fake.faults.cut = 2
    assert client(fake).read_flash(0, CHUNK) == b"\xff" * CHUNK
    assert len(fake.requests) == 3
    fake.faults.cut = QUICK.tries
    with pytest.raises(NoAnswerError, match=r"incomplete: .* of 4,096"):
        client(fake).read_flash(0, CHUNK)


def test_a_cut_file_system_is_not_taken_for_a_whole_one(fake: FakeDevice) -> None:
    fake.firmware.put_files({"autoexec.bat": "startDriver NTP"})
    fake.faults.cut = 1
    image = client(fake).read_filesystem()
    assert len(image) == 0x8000
    assert image[8:16] == b"littlefs"


def test_a_file_system_that_is_being_written_to_is_not_read(
    fake: FakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(99))

    def changing(_: object, reply: Reply) -> None:
        reply.setup("application/octet-stream")
        reply.post(bytes([next(numbers)]) * CHUNK)

    monkeypatch.setattr(fake, "_read_lfs", changing)
    with pytest.raises(NoAnswerError, match="differently every time"):
        client(fake).read_filesystem()


def test_a_dropped_question_is_repeated_and_a_dropped_command_is_not(fake: FakeDevice) -> None:
    fake.faults.drop = 2
    assert client(fake).info().chipset == "BK7231N"
    fake.faults.drop = 1
    with pytest.raises(NoAnswerError, match="without an answer"):
        client(fake).command("Power TOGGLE")
    assert fake.firmware.toggles == 0


def test_a_path_that_a_build_does_not_know_answers_with_a_page(fake: FakeDevice) -> None:
    device = client(fake)
    with pytest.raises(NotOpenBekenError, match="text/html"):
        device._get("/api/nothing", "application/json")


def test_a_web_password_is_asked_for_and_given(fake: FakeDevice) -> None:
    fake.password = PASSWORD
    with pytest.raises(WebPasswordError, match="requires a password") as caught:
        client(fake).info()
    assert caught.value.facts["openbeken"] is True
    with pytest.raises(WebPasswordError, match="does not accept this password"):
        client(fake, "falsch").info()
    assert client(fake, PASSWORD).info().chipset == "BK7231N"


def test_names_the_firmware_does_not_escape_are_read(fake: FakeDevice) -> None:
    fake.firmware.config = fake.firmware.config.with_values(
        {"short_name": 'the "lamp", left', "mqtt_host": "h" * 255}
    )
    info = client(fake).info()
    assert info.short_name == 'the "lamp", left'
    assert info.chipset == "BK7231N"
    assert info.mqtt_host.startswith("h" * 200), "cut by printf, and its quote with it"


def test_flags_are_printed_as_a_signed_number(fake: FakeDevice) -> None:
    flags = frozenset({10, 31, 37})
    fake.firmware.config = fake.firmware.config.with_values({"flags": flags})
    assert client(fake).info().flags == 1 << 31 | 1 << 10


def test_second_channels_come_up_to_the_last_one(fake: FakeDevice) -> None:
    fake.firmware.set_pin(10, role=3, channel=1, channel2=2)
    pins = client(fake).pins()
    assert (pins.roles[10], pins.channels[10], pins.second_channels[10]) == (3, 1, 2)
    assert len(pins.second_channels) == len(pins.roles) == 29
    assert pins.role_names[3] == "Btn"


def test_more_values_than_its_json_parser_takes_are_not_sent(fake: FakeDevice) -> None:
    with pytest.raises(BadValueError):
        client(fake).set_pins([0] * 62, [0] * 62)
    assert fake.requests == []
    client(fake).set_pins([0] * 29, [0] * 29)


@pytest.mark.parametrize(
    "text",
    [
        "startDriver NTP\nstartDriver BL0942",
        'addEventHandler OnClick 8 "Power TOGGLE; echo 1"',
        "50% + 1 & #a='b' ; \u00e4 ?",
        "x" * 600,
        "",
    ],
)
def test_a_startup_command_arrives_as_it_is(fake: FakeDevice, text: str) -> None:
    """The command ``StartupCommand`` would end at the quote, the line or byte 511."""
    fake.firmware.set_startup("what was before")
    client(fake).set_startup_command(text)
    assert fake.firmware.text("startup_command") == text


def test_a_file_system_is_listed_or_is_not_there(fake: FakeDevice) -> None:
    assert client(fake).files() is None
    fake.firmware.put_files({"autoexec.bat": "abc", 'odd "name"': ""})
    files = client(fake).files()
    assert files is not None
    assert [(file.name, file.size) for file in files] == [("autoexec.bat", 3), ('odd "name"', 0)]


def test_settings_written_as_any_flash_are_overwritten_by_the_firmware(fake: FakeDevice) -> None:
    """Why ``keeping_sector`` is as it is: this is what an ordinary upload does."""
    wanted = fake.firmware.config.with_values({"short_name": "restored"}).encode()
    client(fake)._upload("/api/flash/1D1000", wanted, None)
    assert fake.firmware.flash[0x1D1000:0x1D2000] == wanted
    restart(fake)
    assert fake.firmware.text("short_name") == "obk59A1B2C3"


def test_a_kept_sector_survives_the_restart(fake: FakeDevice) -> None:
    wanted = fake.firmware.config.with_values({"short_name": "restored"}).encode()
    device = client(fake)
    with device.keeping_sector(0x1D1000, wanted):
        assert read_until(device, 0x1D1000, wanted)
        restart(fake)
    assert fake.firmware.text("short_name") == "restored"
    assert fake.firmware.flash[0x1D2000:0x1D3000] == b"\xff" * SECTOR, "and nothing behind it"


def restart(fake: FakeDevice) -> None:
    boots = fake.firmware.boots
    client(fake).reboot()
    deadline = time.monotonic() + 5
    while fake.firmware.boots == boots:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def read_until(device: Device, address: int, wanted: bytes) -> bool:
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        if device.read_flash(address, len(wanted)) == wanted:
            return True
    return False


def test_an_upload_that_breaks_is_an_error_that_says_to_restart(fake: FakeDevice) -> None:
    fake.faults.deaf_after = 5000
    with pytest.raises(NoAnswerError):
        client(fake).upload_firmware(b"\x55" * 200_000)


def test_an_upload_of_which_less_is_written_is_an_error(
    fake: FakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "_post_flash", lambda _q, reply, *_: _says(reply, 3))
    with pytest.raises(NoAnswerError, match="3 of 4,096 bytes"):
        client(fake).upload_firmware(b"x" * 4096)


def _says(reply: Reply, size: int) -> None:
    reply.setup("application/json")
    reply.printf(f'{{"size":{size}}}')


def test_nobody_at_an_address_is_said_with_the_reason() -> None:
    with FakeDevice() as gone:
        pass
    with pytest.raises(NoHostError, match="cannot be reached"):
        client(gone).info()


def test_a_device_of_the_other_family_has_its_places(fake: FakeDevice) -> None:
    with FakeDevice(Firmware("BK7231T")) as other:
        client(other).upload_firmware(b"\x66" * 4096)
        assert other.firmware.flash[0x132000:0x133000] == b"\x66" * 4096
