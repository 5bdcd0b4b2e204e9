"""The wires of a power meter: what tells them, and what is left open."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from bekenlab.machine import Machine, Until
from bekenlab.machine.peers.bl0937 import Bl0937, Rates
from bekenlab.pins import Polarity
from bekenlab.probing.observations import MeterWires, Observation, PinTrace
from bekenlab.probing.observations_json import observations_json, read_observations
from bekenlab.probing.plan import metered_presses
from bekenlab.probing.rig import RigSource
from bekenlab.probing.rules.conclude import conclude
from bekenlab.probing.rules.meters import candidates
from bekenlab.probing.rules.model import Confidence, PinConclusion
from machine_support import LOOP, firmware
from probing.records import all_of, boot, button, control, into, output, press

CF, CF1, SEL, BUTTON, RELAY = 7, 6, 24, 10, 26
RIGHT = MeterWires(CF, CF1, SEL, 1)


def counting(gpio: int) -> PinTrace:
    pin = replace(into(), interrupt="falling")
    return PinTrace(gpio, pin, pin)


def selecting(gpio: int = SEL, long: float = 1000.0) -> PinTrace:
    return output(gpio, ((500.0, 1), (500.0 + long, 0)))


def start(*more: PinTrace) -> Observation:
    pins = (selecting(), counting(CF), counting(CF1), button(BUTTON), output(RELAY), *more)
    return boot(*pins)


def quiet(*more: PinTrace) -> Observation:
    pins = (selecting(), counting(CF), counting(CF1), button(BUTTON), output(RELAY), *more)
    return control(*pins)


def metered(wires: MeterWires, *, obeys: bool) -> Observation:
    relay = output(RELAY, ((300.0, 1),) if obeys else ())
    seen = press(BUTTON, button(BUTTON), selecting(), relay, name="meter")
    return replace(seen, meter=wires)


def found(*seen: Observation) -> dict[int, PinConclusion]:
    return {pin.gpio: pin for pin in conclude(all_of(*seen)).pins}


def four(*obeying: MeterWires) -> tuple[Observation, ...]:
    known = candidates(all_of(start(), quiet()))
    assert known is not None
    assert known.counting == (CF, CF1)
    assert len(known.ways()) == 4
    return tuple(metered(way, obeys=way in obeying) for way in known.ways())


@pytest.mark.parametrize("voltage", [1, 0])
def test_the_one_wiring_that_firmware_believes_tells_all_three_pins(voltage: int) -> None:
    wires = MeterWires(CF1, CF, SEL, voltage)
    pins = found(start(), quiet(), press(BUTTON, button(BUTTON)), *four(wires))
    assert [pins[gpio].role for gpio in (CF1, CF, SEL)] == ["BL0937CF", "BL0937CF1", "BL0937SEL"]
    assert {pins[gpio].confidence for gpio in (CF1, CF, SEL)} == {Confidence.CERTAIN}
    level = Polarity.ACTIVE_HIGH if voltage else Polarity.ACTIVE_LOW
    assert pins[SEL].polarity is level
    assert (pins[RELAY].role, pins[BUTTON].role) == ("Rel", "Btn")


def test_a_wiring_that_only_is_no_fault_is_less_sure() -> None:
    """It obeys without a meter too, and with three wirings it believes in a fault."""
    plain = press(BUTTON, button(BUTTON), output(RELAY, ((300.0, 1),)))
    pins = found(start(), quiet(), plain, *four(RIGHT))
    assert pins[SEL].confidence is Confidence.LIKELY
    assert pins[CF].role == "BL0937CF"


@pytest.mark.parametrize("obeying", [(), (RIGHT, replace(RIGHT, voltage=0))])
def test_otherwise_it_is_open_which_input_is_which(obeying: tuple[MeterWires, ...]) -> None:
    pins = found(start(), quiet(), press(BUTTON, button(BUTTON)), *four(*obeying))
    assert pins[CF].confidence is Confidence.ONE_OF
    assert {pins[CF].role, *pins[CF].alternatives} == {"BL0937CF", "BL0937CF1"}
    assert (pins[SEL].role, pins[SEL].confidence) == ("BL0937SEL", Confidence.LIKELY)
    assert pins[SEL].polarity is None
    assert RELAY not in pins, "presses that contradict each other show nothing"


@pytest.mark.parametrize(
    ("begin", "run"),
    [
        (start(counting(8)), quiet(counting(8))),  # three inputs count
        (start(), control(output(SEL), counting(CF), counting(CF1))),  # nothing selects
        (start(), control(selecting(long=300.0), counting(CF), counting(CF1))),  # an LED
    ],
)
def test_what_does_not_look_like_a_meter_is_none(begin: Observation, run: Observation) -> None:
    assert candidates(all_of(begin, run)) is None
    assert "BL0937SEL" not in {pin.role for pin in found(begin, run).values()}


def test_an_input_that_is_a_button_counts_nothing() -> None:
    acts = press(CF, counting(CF), output(RELAY, ((300.0, 1),)))
    assert candidates(all_of(start(), quiet(), acts)) is None


def test_a_slow_led_may_be_what_selects_as_well() -> None:
    led = selecting(8)
    pins = found(start(led), quiet(led))
    assert pins[SEL].confidence is Confidence.ONE_OF
    known = candidates(all_of(start(led), quiet(led)))
    assert known is not None
    assert known.selecting == (SEL, 8)


def test_presses_with_a_meter_are_planned_for_buttons_only() -> None:
    seen = all_of(start(), quiet())
    plan = metered_presses(RigSource("BK7231N", firmware(LOOP), "", 0.0), start(), seen)
    assert {each.gpio for each in plan} == {BUTTON}
    assert len({each.meter for each in plan}) == len(plan) == 4


def test_wires_are_saved_and_read() -> None:
    seen = all_of(start(), quiet(), *four(RIGHT))
    assert read_observations(json.dumps(observations_json(seen)).encode()) == seen


def test_a_meter_pulses_what_is_selected() -> None:
    machine = Machine.from_image(firmware(LOOP), chip="BK7231N")
    meter = Bl0937(machine, cf=CF, cf1=CF1, sel=SEL, rates=Rates(1000.0, 100.0, 10.0))
    edges: list[int] = []
    machine.listen_edges(lambda _tick, gpio, _level: edges.append(gpio))

    def counts(level: int) -> tuple[int, int]:
        machine.drive(SEL, level)
        meter.step()
        edges.clear()
        machine.run(Until(device_seconds=1.0))
        return edges.count(CF), edges.count(CF1)

    power, voltage = counts(1)
    assert power == pytest.approx(20, abs=1)
    assert voltage == pytest.approx(2000, abs=2)
    power, current = counts(0)
    assert power == pytest.approx(20, abs=1)
    assert current == pytest.approx(200, abs=2)
