"""The boot job on the sample's own firmware and on real dumps."""

from pathlib import Path

import pytest

from bekenlab.analysis.boot import boot
from bekenlab.analysis.boot_model import BootOptions, BootReport
from bekenlab.analysis.boot_problem import problem_of
from bekenlab.analysis.boot_stop import BootStop
from bekenlab.errors import BekenlabError, NotADumpError, UnsupportedError
from bekenlab.image import read_image
from bekenlab.jobs.boot import boot_file
from bekenlab.machine import FlashImage, Machine, Until
from bekenlab.machine.chips import profile_names
from bekenlab.samples import PARAMETERS, build_sample
from shared import dump

PLUG = "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17"
FIVE_RELAYS = {"rl1_pin": 6, "rl2_pin": 7, "rl3_pin": 8, "rl4_pin": 26, "rl5_pin": 24}


def boot_sample(**options: object) -> BootReport:
    return boot(
        read_image(build_sample()),
        chip="BK7231N",
        options=BootOptions(**options),  # type: ignore[arg-type]
    )


def test_the_sample_prints_its_parameters_and_its_identity() -> None:
    report = boot_sample(until="app_init finished")
    assert report.stop is BootStop.MATCH
    assert report.parameters is not None
    assert report.parameters.values == PARAMETERS
    assert (report.firmware.name, report.firmware.version) == ("bekenlab_sample_plug", "1.0.0")
    assert problem_of(report, "app_init finished") is None


@pytest.mark.parametrize("chip", profile_names())
def test_the_sample_boots_on_every_chip_there_is_a_model_of(chip: str) -> None:
    options = BootOptions(device_seconds=1, stop_at_pins=False)
    report = boot(read_image(build_sample()), chip=chip, options=options)
    assert report.stop is BootStop.DEVICE_TIME, report.detail
    assert "app_init finished" in report.text
    assert [report.gpio[gpio].direction for gpio in (8, 10, 26)] == ["out", "in", "out"]


def test_the_run_stops_by_itself_when_the_pins_are_complete() -> None:
    assert boot_sample().stop is BootStop.PINS_COMPLETE


@pytest.mark.parametrize("start", ["app", "bootloader"])
def test_it_starts_from_the_app_and_through_the_loader(start: str) -> None:
    assert boot_sample(start=start, until="app_init finished").stop is BootStop.MATCH


def test_the_relay_follows_the_button_and_the_led_blinks() -> None:
    image = read_image(build_sample())
    machine = Machine.from_image(FlashImage(image.physical, image.logical), chip="BK7231N")
    machine.run(Until(match="app_init finished", device_seconds=5))
    levels = []
    for pressed in (0, None, 0):
        machine.drive(10, pressed)
        machine.run(Until(device_seconds=0.3))
        levels.append(next(pin.level for pin in machine.pins() if pin.gpio == 26))
    assert levels == [1, 1, 0]
    blinks = set()
    for _ in range(10):
        machine.run(Until(device_seconds=0.1))
        blinks.add(next(pin.level for pin in machine.pins() if pin.gpio == 8))
    assert blinks == {0, 1}


def test_the_log_is_heard_as_it_comes_with_device_time() -> None:
    heard: list[tuple[float, str]] = []
    report = boot(
        read_image(build_sample()),
        chip="BK7231N",
        listen=lambda seconds, text: heard.append((seconds, text)),
    )
    assert "".join(text for _, text in heard) == report.text
    times = [seconds for seconds, _ in heard]
    assert times == sorted(times)


def test_two_boots_are_the_same_to_the_byte() -> None:
    one, other = boot_sample(device_seconds=2.0), boot_sample(device_seconds=2.0)
    assert (one.text, one.instructions, one.device_seconds, one.gpio) == (
        other.text,
        other.instructions,
        other.device_seconds,
        other.gpio,
    )


def test_a_log_that_never_matches_is_an_error_with_status_6() -> None:
    report = boot_sample(until="no such line", device_seconds=0.5)
    problem = problem_of(report, "no such line")
    assert problem is not None
    assert (problem.code, int(problem.exit_code)) == ("not-reached", 6)


def test_crashing_code_ends_with_a_place_and_status_9() -> None:
    data = bytearray(build_sample())
    data[0x11000 + 34 : 0x11000 + 34 * 40] = bytes(34 * 39)
    report = boot(read_image(bytes(data)), chip="BK7231N", options=BootOptions(device_seconds=1))
    problem = problem_of(report)
    assert report.stop in set(BootStop) - {BootStop.MATCH, BootStop.PINS_COMPLETE}
    if problem:
        assert int(problem.exit_code) == 9
        assert "0x" in problem.message


def test_an_interrupt_ends_the_run_in_order() -> None:
    asked = iter([False, False, True])
    report = boot(
        read_image(build_sample()),
        chip="BK7231N",
        options=BootOptions(stop_at_pins=False),
        interrupted=lambda: next(asked, True),
    )
    assert (report.stop, report.detail) == (BootStop.WALL, "interrupted")


def test_a_file_without_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotADumpError):
        boot(read_image(b""), chip="BK7231N")
    path = tmp_path / "text.bin"
    path.write_bytes(b"nothing here" * 500)
    with pytest.raises(BekenlabError, match="text"):
        boot_file(path)


def test_an_unknown_chip_is_named_with_those_known() -> None:
    with pytest.raises(UnsupportedError):
        boot(read_image(build_sample()), chip="BK9999")


def test_a_real_plug_tells_its_relays(tmp_path: Path) -> None:
    path = tmp_path / "plug.bin"
    path.write_bytes(dump(PLUG))
    report = boot_file(path)
    assert report.stop is BootStop.PINS_COMPLETE
    assert report.parameters is not None
    values = report.parameters.values
    assert {key: values[key] for key in FIVE_RELAYS} == FIVE_RELAYS
    assert {pin.gpio for pin in report.pins.pins} >= {6, 7, 8, 24, 26}


def test_openbeken_takes_its_configuration_sector_and_drives_the_pwm_it_asks_for() -> None:
    image = read_image(dump("openbk7231n-qio-1.18.300-obkstartupcommand-setpinrolepwm3700"))
    options = BootOptions(until="MAIN:Time 2,", device_seconds=10)
    report = boot(image, chip="BK7231N", options=options)
    assert report.stop is BootStop.MATCH
    assert "Correct config has been loaded" in report.text
    assert (report.firmware.name, report.firmware.version) == ("OpenBK7231N", "1.18.300")
    (pwm,) = [row.pwm for row in report.gpio if row.gpio == 8]
    assert pwm is not None
    assert round(pwm[0]) == 3700
