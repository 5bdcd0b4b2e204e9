"""OpenBeken 1.18.300 on virtual chips made from real dumps drives their pins as mapped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest

from amounts import ALL, one_in
from bekenlab.chips import chip as chip_named
from bekenlab.errors import RefusedError, UnsupportedError
from bekenlab.events import Event, Progress, Step
from bekenlab.jobs.install.configure import configure, understand
from bekenlab.jobs.install.install import Helpers, install
from bekenlab.jobs.install.model import SavedBackup, Search
from bekenlab.jobs.rehearse import problem_of, rehearse, rehearse_dump
from bekenlab.openbeken.config.edit import Changes
from bekenlab.openbeken.settings import PinSetting
from bekenlab.probing.network import NetworkCheck
from bekenlab.probing.rehearsal import PinVerdict, Rehearsal
from bekenlab.samples import build_sample
from install_setup import PLUG, Person, desk, install_options, openbeken, original, wifi
from shared import shared

if TYPE_CHECKING:
    from collections.abc import Mapping

# Name of the dump: chip, and pins that carry power, as the device's own configuration has them.
DUMPS: Mapping[str, tuple[str, dict[int, str]]] = {
    PLUG: ("BK7231N", {6: "Rel;1", 7: "Rel;2", 8: "Rel;3", 24: "Rel;5", 26: "Rel;4"}),
    "bk7231n-lspa9-clone-first-bydarkman-topic3887748": ("BK7231N", {26: "Rel;1"}),
    "bk7231n-tuya-gleco-bulb-5ch-pwm-5000hz-cb2l-1.5.21": (
        "BK7231N",
        {8: "PWM;1", 7: "PWM;2", 6: "PWM;3", 26: "PWM;4", 24: "PWM;5"},
    ),
    "feconn-fe-mr16-5w-gu5.3-rgbct-bulb": (
        "BK7231N",
        {26: "PWM;1", 24: "PWM;2", 7: "PWM;3", 9: "PWM;4", 6: "PWM;5"},
    ),
    "mirabella-genio-i003632-plug": ("BK7231N", {6: "Rel;1", 8: "LED;1"}),
    "moes-wk-us2-tc-in-wall-outlet": (
        "BK7231N",
        {26: "Rel;1", 8: "Rel;2", 6: "Rel;3", 7: "Rel;4"},
    ),
    "qs-wifi-c03-wifi-gate-opener-module": ("BK7231N", {24: "Rel;1", 26: "dInput;11"}),
    "smartled-8046-2-gang-smart-switch": ("BK7231N", {28: "Rel;1", 9: "Rel;2"}),
    "bk7231t-tuya-ledvance-ww-cw-bulb-pwm-2000hz-1.0.8": ("BK7231T", {8: "PWM;1", 9: "PWM;2"}),
    "tuya-generic-ds-101jl-4-gang-smart-switch": (
        "BK7231T",
        {6: "Rel;1", 9: "Rel;2", 7: "Rel;3", 26: "Rel;4"},
    ),
}


def rehearsed(chip: str, flash: bytes, changes: Changes) -> Rehearsal:
    """A rehearsal of the pins alone: joining a network takes longer than all of them together."""
    facts = chip_named(chip)
    saved = SavedBackup(Path("dump.bin"), flash, reused=True)
    made, _ = configure(understand(saved.path, flash), None, changes, facts, flash)
    with patch("bekenlab.jobs.rehearse.try_network", return_value=None):
        return rehearse(saved, facts, openbeken(chip), made)


# A T, written through its genuine boot loader, takes as long as all the others together.
LAMP = "bk7231t-tuya-ledvance-ww-cw-bulb-pwm-2000hz-1.0.8"


@pytest.mark.no_cover
@pytest.mark.parametrize("name", one_in(3, [name for name in DUMPS if ALL or name != LAMP]))
def test_every_mapped_pin_moves(name: str) -> None:
    chip, power = DUMPS[name]
    outcome = rehearsed(chip, original(name), wifi())
    assert outcome.log.version == "1.18.300"
    assert outcome.log.name == f"Open{chip}"
    assert outcome.config_taken
    assert outcome.wifi is True
    did = {pin.gpio: pin for pin in outcome.pins}
    for gpio, setting in power.items():
        assert did[gpio].setting == setting
        assert did[gpio].verdict is PinVerdict.MOVED, did[gpio]
    wrong = [pin for pin in outcome.pins if pin.verdict is PinVerdict.WRONG]
    assert not wrong
    assert outcome.passed
    assert problem_of(outcome) is None


def test_a_pin_that_cannot_do_its_job_fails_the_rehearsal() -> None:
    """P20 has no PWM, and a button that is set up where the relay is cannot be both."""
    changes = replace(wifi(), pins=(PinSetting(20, "PWM", 7), PinSetting(9, "Rel_n", 9)))
    outcome = rehearsed("BK7231N", build_sample(), changes)
    did = {pin.gpio: pin for pin in outcome.pins}
    assert did[20].verdict is PinVerdict.WRONG
    assert did[20].seen == "no PWM, no PWM"
    assert did[9].seen == "off: high, on: low, off: high"
    assert not outcome.passed
    problem = problem_of(outcome)
    assert problem is not None
    assert "P20" in problem.message


def test_roles_nothing_can_drive_are_reported_untried() -> None:
    changes = Changes(pins=(PinSetting(20, "ADC", 5),))
    outcome = rehearsed("BK7231N", build_sample(), changes)
    did = {pin.gpio: pin.verdict for pin in outcome.pins}
    assert did[20] is PinVerdict.UNTRIED
    assert did[10] is PinVerdict.MOVED
    assert outcome.wifi is True, "none was given, none is used"


def test_other_roles_move_too() -> None:
    wanted = {
        8: ("BridgeFWD", 3, "a pulse, still"),
        16: ("BridgeREV", 3, "still, a pulse"),
        20: ("TglChanOnTgl", 1, "channel 1 changes"),
        21: ("AlwaysHigh", 0, "an output, high"),
        22: ("AlwaysLow", 0, "an output, low"),
        9: ("LED_n", 6, "off: high, on: low, off: high"),
    }
    pins = tuple(PinSetting(gpio, role, channel) for gpio, (role, channel, _) in wanted.items())
    outcome = rehearsed("BK7231N", build_sample(), replace(wifi(), pins=pins))
    did = {pin.gpio: pin for pin in outcome.pins}
    assert {gpio: did[gpio].seen for gpio in wanted} == {
        g: seen for g, (*_, seen) in wanted.items()
    }
    assert {did[gpio].verdict for gpio in wanted} == {PinVerdict.MOVED}


def test_the_wires_to_a_driver_chip_move() -> None:
    changes = replace(wifi(), pins=(PinSetting(20, "SM2235DAT", 0), PinSetting(21, "SM2235CLK", 0)))
    outcome = rehearsed("BK7231N", build_sample(), changes)
    wires = [pin for pin in outcome.pins if pin.gpio in (20, 21)]
    assert all(pin.verdict is PinVerdict.MOVED and "edges" in pin.seen for pin in wires)


def test_an_inverted_pwm_has_the_other_duty() -> None:
    changes = replace(wifi(), pins=(PinSetting(9, "PWM_n", 6),))
    outcome = rehearsed("BK7231N", build_sample(), changes)
    (pin,) = [pin for pin in outcome.pins if pin.gpio == 9]
    assert pin.seen == "1000 Hz 70 %, 1000 Hz 20 %"
    assert pin.verdict is PinVerdict.MOVED


def test_many_channels_are_tried_though_the_startup_command_is_short_of_room() -> None:
    startup = "\n".join(f"alias unused{n} echo {'x' * 30}" for n in range(26))
    pins = tuple(PinSetting(gpio, "Rel", gpio) for gpio in (6, 7, 8, 9, 14, 15, 16, 17))
    changes = Changes(values={"startup_command": startup}, pins=pins)
    outcome = rehearsed("BK7231N", build_sample(), changes)
    verdicts = {pin.gpio: pin.verdict for pin in outcome.pins if pin.setting.startswith("Rel")}
    assert verdicts == dict.fromkeys((6, 7, 8, 9, 14, 15, 16, 17, 26), PinVerdict.MOVED)


def test_a_dump_is_rehearsed_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "plug.bin"
    path.write_bytes(build_sample())
    events: list[Event] = []
    firmware = openbeken("BK7231N")
    outcome = rehearse_dump(path, lambda _chip: firmware, wifi(), events=events.append)
    assert outcome.passed
    assert outcome.network == NetworkCheck(
        tried=True, joined=True, address=True, page=True, by_http=((26, True),)
    )
    assert [event.step for event in events if isinstance(event, Step)] == ["write", "boot", "join"]
    assert {event.job for event in events if isinstance(event, Progress)} == {"rehearse"}
    assert path.read_bytes() == build_sample()


def test_firmware_of_another_chip_is_not_rehearsed(tmp_path: Path) -> None:
    path = tmp_path / "plug.bin"
    path.write_bytes(build_sample())
    firmware = openbeken("BK7231T")
    with pytest.raises(RefusedError, match="is for BK7231T"):
        rehearse_dump(path, lambda _chip: firmware, wifi())


def test_an_install_continues_without_a_virtual_chip(tmp_path: Path) -> None:
    def impossible(_proposal: object) -> Rehearsal:
        raise UnsupportedError("There is no virtual chip of this kind.")

    table = desk("BK7231N", original(PLUG), tmp_path)
    person = Person(rehearses=True)
    helpers = Helpers(rehearse=impossible, find=lambda _report: Search("192.168.1.40"))
    report = install(
        table.connection, install_options("BK7231N"), table.places, person, helpers=helpers
    )
    assert person.asked == ["rehearse", "carry out"]
    assert report.rehearsal is None
    assert report.address == "192.168.1.40"


def test_data_points_of_a_second_controller_are_tried() -> None:
    path = shared("dumps", "bk7231n-tuya-a03cb3s-alarm-tuyamcu-2.1.17.bin.xz")
    tried = rehearse_dump(path, openbeken, Changes())
    assert [point.point.id for point in tried.data_points] == [5, 7, 13, 21]
    assert all(point.works for point in tried.data_points)
    assert tried.passed
    broken = replace(tried.data_points[0], reported=False)
    assert not replace(tried, data_points=(broken,)).passed


def test_what_a_battery_devices_controller_reports_is_tried() -> None:
    path = shared("dumps", "bk7231n-tuya-temphum-lcd-sensor-tuyamcu-2025-26-9.bin.xz")
    tried = rehearse_dump(path, openbeken, Changes())
    assert len(tried.data_points) == 15
    assert all(point.works and point.was_set is None for point in tried.data_points)
    assert tried.passed
