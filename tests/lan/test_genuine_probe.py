"""Relays, buttons and LEDs are found by trying, in genuine OpenBeken in the virtual air."""

from __future__ import annotations

import lzma
import random
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from air_devices import OBK_N, OBK_T, PATIENT, AirDevice, connected
from amounts import one_in
from bekenlab.analysis.subject import read_subject
from bekenlab.chips import chip as chip_named
from bekenlab.jobs.lan.copies import Copies
from bekenlab.jobs.lan.gpio_probe import ProbeResult, plan_probe, run_probe
from bekenlab.jobs.lan.probe_answers import Answer
from bekenlab.jobs.lan.probe_record import ProbeRecords
from bekenlab.jobs.lan.probe_restore import put_back
from bekenlab.jobs.lan.settings import read_settings
from bekenlab.lan.address import Host
from bekenlab.lan.device import Device
from bekenlab.lan.errors import NoAnswerError, NoHostError
from bekenlab.lan.in_air import AirNetwork
from bekenlab.openbeken.config.edit import compare_configs
from bekenlab.pins.model import Polarity
from lan.probing_person import AtTheChip, Killed, Mortal
from shared import shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bekenlab.openbeken.config import Config

DUMPS = (
    "smartled-8046-2-gang-smart-switch",
    "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17",
    "mirabella-genio-i003632-plug",
    "moes-wk-us2-tc-in-wall-outlet",
    "tuya-generic-ds-101jl-4-gang-smart-switch",
)
OUTPUTS = {"Rel": Answer.RELAY, "LED": Answer.LED, "WifiLED": Answer.LED}
OWN = {"version", "change_counter", "ota_counter"}


def dump(name: str, folder: Path) -> Path:
    path = folder / f"{name}.bin"
    path.write_bytes(lzma.decompress(shared("dumps", f"{name}.bin.xz").read_bytes()))
    return path


class Probed:
    """A device with the pins of a dump, and what is connected to them."""

    def __init__(self, name: str, folder: Path) -> None:
        subject = read_subject(dump(name, folder))
        assert subject.pins is not None
        image = OBK_T if subject.chip == "BK7231T" else OBK_N
        self.folder = folder
        self.device: AirDevice = connected(image, template=dict(subject.template))
        self.outputs: dict[int, tuple[Answer, int]] = {}
        self.buttons: dict[int, int] = {}
        for pin in subject.pins.pins:
            level = 0 if pin.polarity is Polarity.ACTIVE_LOW else 1
            if pin.role in OUTPUTS:
                self.outputs[pin.gpio] = (OUTPUTS[pin.role], level)
            elif pin.role == "Btn":
                self.buttons[pin.gpio] = level
        self.person = AtTheChip(self.device, self.outputs, self.buttons)
        self.records = ProbeRecords(folder / "state")
        self.copies = Copies(folder / "kept", lambda: datetime(2026, 1, 2, tzinfo=UTC))

    def client(self, kill: int | None = None, *, sent: bool = False) -> Device:
        network = AirNetwork(self.device.network.host, self.person)
        connect: Any = network if kill is None else Mortal(network, kill, sent)
        host = Host(self.device.address)
        return Device(host, timeouts=PATIENT, clock=network.clock, connect=connect)

    def settings(self) -> Config:
        client = self.client()
        client.clock.sleep(3)  # what has changed is saved by now
        return read_settings(client, chip_named(client.info().chipset))

    def probe(self, kill: int | None = None, *, sent: bool = False) -> ProbeResult:
        client = self.client(kill, sent=sent)
        plan = plan_probe(client, self.records)
        seconds = 2 + 1.5 * len(self.buttons)
        return run_probe(
            client,
            plan,
            self.person,
            self.records,
            self.copies,
            seconds=seconds,
            events=self.person,
        )


def differing(before: Config, after: Config) -> set[str]:
    return {each.name for each in compare_configs(before, after)} - OWN


def levels(found: Mapping[int, Polarity]) -> dict[int, int]:
    return {gpio: int(active is Polarity.ACTIVE_HIGH) for gpio, active in found.items()}


@pytest.mark.parametrize("name", one_in(5, DUMPS))
def test_relays_buttons_and_leds_of_a_dump_are_found(name: str, tmp_path: Path) -> None:
    probed = Probed(name, tmp_path)
    try:
        before = probed.settings()
        result = probed.probe()
        reached = set(result.plan.choice.gpios)
        assert set(probed.outputs) | set(probed.buttons) <= reached
        assert levels({f.gpio: f.active for f in result.inputs}) == probed.buttons
        assert {f.gpio: f.what for f in result.outputs} == {
            gpio: what for gpio, (what, _) in probed.outputs.items()
        }
        assert levels({f.gpio: f.active for f in result.outputs}) == {
            gpio: level for gpio, (_, level) in probed.outputs.items()
        }
        assert (result.restless, result.changed) == ((), ())
        assert differing(before, probed.settings()) == set()
        assert not list((tmp_path / "state").iterdir())
    finally:
        probed.device.chip.close()


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Probed]:
    made = Probed(DUMPS[0], tmp_path_factory.mktemp("switch"))
    yield made
    made.device.chip.close()


def restore(switch: Probed) -> None:
    """As a user does: again, while the device is still restarting from the run that was killed."""
    for _ in range(4):
        client = switch.client()
        with suppress(NoHostError, NoAnswerError):
            if switch.records.find(client.info(), str(client.host)) is not None:
                put_back(client, switch.records)
            return
    raise AssertionError("the device does not come back")


def test_the_settings_come_back_after_a_kill_at_any_point(switch: Probed) -> None:
    """Twenty points, among them some in the middle of putting back."""
    before = switch.settings()
    draw = random.Random(17)
    points = [(draw.randrange(4, 120), draw.random() < 0.5) for _ in range(20)]
    for left, sent in one_in(10, points):
        with suppress(Killed):
            switch.probe(left, sent=sent)
        restore(switch)
        assert differing(before, switch.settings()) == set(), (left, sent)
