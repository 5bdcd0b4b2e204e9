"""The log of the first start with a real adapter, where a wire has to be moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from bekenlab.chips import LoaderKind
from bekenlab.errors import BekenlabError
from bekenlab.events import Event, Message
from bekenlab.jobs.install.first_start import start
from bekenlab.link.errors import LineLostError
from bekenlab.openbeken.boot_log import ConfigVerdict
from install_setup import Person

if TYPE_CHECKING:
    from bekenlab.jobs.install.model import FirstStart
    from bekenlab.link.target import Target

STARTED = b"""OpenBK7231N, version 1.18.300
CFG_InitAndLoad: Correct config has been loaded with 0 changes count.
Using SSID [home]
Main_Init_After_Delay done
"""
CONNECTING = b"Info:MAIN:Main_OnWiFiStatusChange - WIFI_STA_CONNECTING - 1\r\n"
JOINED = b"Info:MAIN:Main_OnWiFiStatusChange - WIFI_STA_CONNECTED - 4\r\n"
FAILED = b"Info:MAIN:Main_OnWiFiStatusChange - WIFI_STA_AUTH_FAILED - 3\r\n"
SECOND = b"Info:MAIN:Time 9, idle 99/s, free 99, MQTT 0(0), bWifi 1, secondsWithNoPing -1\r\n"
LOG = STARTED + CONNECTING + JOINED


class Line:
    """A serial line on which a device prints after some seconds."""

    def __init__(self, pieces: dict[float, bytes | BekenlabError]) -> None:
        self.pieces = dict(pieces)
        self.at = 0.0
        self.baud = 921_600
        self.bauds: list[int] = []

    def set_baud(self, baud: int) -> None:
        self.baud = baud
        self.bauds.append(baud)

    def now(self) -> float:
        return self.at

    def read(self, timeout: float) -> bytes:
        self.at += timeout
        for moment in sorted(self.pieces):
            if moment <= self.at:
                piece = self.pieces.pop(moment)
                if isinstance(piece, BekenlabError):
                    raise piece
                return piece
        return b""


class Chip:
    """The part of a target that starting its firmware needs."""

    def __init__(self, line: Line) -> None:
        self.session = self
        self.transport = line
        self.identity = self
        self.kind = LoaderKind.ROM
        self.reboots = 0

    def reboot(self) -> None:
        assert self.transport.baud == 921_600, "the command goes out at the loader's rate"
        self.reboots += 1


def heard(
    pieces: dict[float, bytes | BekenlabError], *, moves: bool = True, ssid: bytes = b"home"
) -> tuple[FirstStart, Chip, list[str]]:
    chip, events = Chip(Line(pieces)), list[Event]()
    found = start(cast("Target", chip), ssid, Person(moves=moves), events=events.append)
    return found, chip, [event.code for event in events if isinstance(event, Message)]


def test_the_wire_is_moved_before_the_chip_starts() -> None:
    found, chip, said = heard({0.3: LOG[:60], 0.6: LOG[60:]})
    assert found.log is not None
    assert found.log.config is ConfigVerdict.TAKEN
    assert found.wifi is True
    assert (chip.reboots, said) == (1, [])
    assert chip.transport.bauds == [115_200, 921_600], "the adapter's own rate is remembered"


def test_silence_is_explained_and_ends() -> None:
    found, chip, said = heard({})
    assert found.heard == 0
    assert said == ["log-silent"]
    assert 30 < chip.transport.at < 60


def test_a_device_that_is_switched_off_and_on_late_is_heard() -> None:
    found, _, said = heard({12.0: LOG})
    assert found.wifi is True
    assert said == ["log-silent"]


def test_another_wifi_is_noticed() -> None:
    assert heard({0.3: LOG}, ssid=b"other")[0].wifi is False


def test_a_pulled_wire_ends_the_listening_only() -> None:
    found, _, _ = heard({0.3: LOG[:40], 0.6: LineLostError("gone")})
    assert found.log is not None
    assert found.log.version == "1.18.300"
    assert found.wifi is None


def test_without_moving_the_wire_the_firmware_still_starts() -> None:
    found, chip, _ = heard({0.3: LOG}, moves=False)
    assert found.log is None
    assert chip.reboots == 1


@pytest.mark.parametrize(
    ("pieces", "joined", "until"),
    [
        ({1.0: STARTED, 6.0: CONNECTING + JOINED}, True, 8),
        ({1.0: STARTED, 6.0: SECOND}, True, 8),
        ({1.0: STARTED, 4.0: FAILED, 9.0: JOINED}, True, 11),
        ({1.0: STARTED, 4.0: JOINED + FAILED}, False, 25),
        ({1.0: STARTED, 4.0: FAILED}, False, 25),
        ({1.0: STARTED}, None, 25),
        ({1.0: STARTED, 4.0: CONNECTING}, None, 25),
    ],
)
def test_it_has_joined_only_when_its_log_says_so(
    pieces: dict[float, bytes | BekenlabError], joined: bool | None, until: float
) -> None:
    found, chip, said = heard(pieces)
    assert found.log is not None
    assert found.log.joined is joined
    assert chip.transport.at <= until
    assert said == ["log-joins"]


def test_a_device_without_a_network_is_not_waited_for() -> None:
    log = STARTED.replace(b"[home]", b"[]")
    found, chip, said = heard({1.0: log}, ssid=b"")
    assert found.wifi is True
    assert said == []
    assert chip.transport.at < 3
