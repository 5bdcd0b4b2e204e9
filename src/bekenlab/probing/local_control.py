"""Commands each data point of a device with Tuya's firmware, and watches which pins move.

The device is a paired copy in a network of ours in the virtual air. That a command moves a pin is
the strongest witness for what the pin does, as it is the firmware itself that says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bekenlab.errors import BootFailedError, UnsupportedError
from bekenlab.live.chip import LiveChip
from bekenlab.live.runner import ChipRunner
from bekenlab.live.tuya_device import LocalDevice
from bekenlab.live.wifi import joining
from bekenlab.machine.air import Air, Network, OurNetwork
from bekenlab.mcu.colours import colour_form

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bekenlab.analysis.boot_model import GpioRow
    from bekenlab.live.source import LiveSource
    from bekenlab.live.tuya_device import Value
    from bekenlab.mcu.schema import SchemaPoint
    from bekenlab.tuya.local_session import Protocol
    from bekenlab.tuya.pairing import Pairing

Command = dict[int, "Value"]
OUR_NETWORK = Network(b"bekenlab", b"virtual air")
_JOINS_WITHIN = 40.0  # device seconds
_SETTLES = 1.5  # device seconds; lamps fade
_RESTLESS = 6.0  # device seconds in which pins are watched that move by themselves
_NOTICED = 0.02  # of a PWM's share
_OF_A_DAY = 3600  # numbers that go beyond this are times in seconds
_MILLION = 1_000_000
_WHITE, _COLOUR = "white", "colour"
_TWELVE = 12
_HUES = {0: "red", 120: "green", 240: "blue"}


@dataclass(frozen=True, slots=True)
class PinMove:
    """What a pin did after a command.

    Attributes:
        gpio: GPIO number.
        before: Share of the time in which it was high before, 0 to 1; 0 or 1 without a PWM.
        after: The same at the end.
        edges: How often its level has changed, without what a PWM does.
    """

    gpio: int
    before: float
    after: float
    edges: int


@dataclass(frozen=True, slots=True)
class CommandSeen:
    """A command and what followed.

    Attributes:
        points: The data points that were set, and their values.
        moves: The pins that moved, in order of number.
        reported: Numbers of the data points that the device reported afterwards.
        passed_on: Numbers of the data points that were passed on to a TuyaMCU on UART1.
    """

    points: tuple[tuple[int, Value], ...]
    moves: tuple[PinMove, ...]
    reported: tuple[int, ...]
    passed_on: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LocalControlSeen:
    """What a device did in our network.

    Attributes:
        pairing: How the copy was paired.
        joined: Whether it joined the network and took an address.
        announced: Whether it announced itself.
        protocol: The protocol in which it answered, or None if it did not.
        commands: The commands and what followed.
        problem: Why the chip could not continue, or an empty string.
        seconds: Device time.
    """

    pairing: Pairing
    joined: bool = False
    announced: bool = False
    protocol: Protocol | None = None
    commands: tuple[CommandSeen, ...] = ()
    problem: str = ""
    seconds: float = 0.0


def try_local_control(
    source: LiveSource, *, network: Network = OUR_NETWORK, settles: float = _SETTLES
) -> LocalControlSeen:
    """Pair a copy of a dump, let it join a network of ours, and command its data points.

    Args:
        source: The chip; not changed.
        network: The network to join.
        settles: Device seconds to watch after each command.

    Raises:
        UnsupportedError: It is not Tuya's firmware, or has no storage that could be edited.
    """
    source = joining(source, network)
    pairing = source.paired
    if pairing is None:
        raise UnsupportedError("only Tuya's firmware has Tuya's local control")
    air = Air()
    ours = OurNetwork(air, network)
    chip = LiveChip(source, air)
    seen = LocalControlSeen(pairing)
    try:
        runner = ChipRunner(chip, air)
        if not runner.run_until(lambda: ours.chip_ip is not None, _JOINS_WITHIN):
            return replace(seen, seconds=runner.seconds)
        device = LocalDevice(chip, ours, runner, pairing.key, pairing.device)
        seen = replace(seen, joined=True)
        device.connect()
        seen = replace(seen, announced=device.announced is not None, protocol=device.protocol)
        if device.protocol is not None:
            for command in _commanded(device, pairing.points, settles):
                seen = replace(seen, commands=(*seen.commands, command))
    except BootFailedError as error:
        seen = replace(seen, problem=str(error))
    finally:
        seen = replace(seen, seconds=air.now / _MILLION)
        chip.close()
    return seen


def command_data_points(
    device: LocalDevice, points: Sequence[SchemaPoint], *, settles: float = _SETTLES
) -> tuple[CommandSeen, ...]:
    """Set each data point that can be set to some of its values.

    Pins that move without a command, as those of a blinking LED, are left out.

    Args:
        device: The device; connected.
        points: Its data points.
        settles: Device seconds to watch after each command.
    """
    return tuple(_commanded(device, points, settles))


def _commanded(
    device: LocalDevice, points: Sequence[SchemaPoint], settles: float
) -> Iterator[CommandSeen]:
    chip = device.chip
    mark = chip.edges.end
    device.wait(_RESTLESS)
    restless = set(_edges(chip, mark))
    for command in commands_for(points):
        before, mark, known = _shares(chip), chip.edges.end, set(chip.points())
        reported = device.command(command, settles)
        after, edges = _shares(chip), _edges(chip, mark)
        moves = tuple(
            PinMove(gpio, before.get(gpio, 0.0), after.get(gpio, 0.0), edges.get(gpio, 0))
            for gpio in sorted({*before, *after, *edges} - restless)
            if edges.get(gpio) or abs(before.get(gpio, 0) - after.get(gpio, 0)) > _NOTICED
        )
        passed_on = sorted(point.number for point in set(chip.points()) - known)
        yield CommandSeen(tuple(command.items()), moves, reported, tuple(passed_on))


def commands_for(points: Sequence[SchemaPoint]) -> Iterator[Command]:
    """The commands that are worth trying: the colours of a light, else each value of each point."""
    settable = [point for point in points if point.writable]
    mode = next((each for each in settable if {_WHITE, _COLOUR} & set(each.words)), None)
    light = []
    if mode is not None:
        light = [each for each in settable if mode.id - 1 <= each.id <= mode.id + 3]
        yield from _of_light(light, mode)
    for point in settable:
        if point not in light:
            yield from ({point.id: value} for value in _values(point))


def asked_for(command: Command, points: Sequence[SchemaPoint]) -> str:
    """What one of the commands for these data points asks for.

    Returns:
        ``"red"``, ``"green"``, ``"blue"``, ``"cold"``, ``"warm"``, ``"white"``, ``"on"`` or
        ``"off"``; nothing for any other value.
    """
    settable = [point for point in points if point.writable]
    mode = next((each for each in settable if {_WHITE, _COLOUR} & set(each.words)), None)
    values = list(command.values())
    if len(values) == 1 and isinstance(values[0], bool):
        return "on" if values[0] else "off"
    if mode is None:
        return ""
    if command.get(mode.id) == _COLOUR:
        text = str(command.get(mode.id + 3, ""))
        hue = int(text[:4], 16) if len(text) == _TWELVE else int(text[6:10], 16)
        return _HUES.get(hue, "")
    numbers = [point for point in settable if point.kind == "value" and 0 < point.id - mode.id <= 3]
    if len(numbers) < 2:
        return _WHITE if numbers and command.get(numbers[0].id) == numbers[0].most else ""
    return {numbers[-1].most: "cold", numbers[-1].least: "warm"}.get(
        int(command.get(numbers[-1].id, -1)), ""
    )


def _of_light(light: Sequence[SchemaPoint], mode: SchemaPoint) -> Iterator[Command]:
    """On, red, green, blue, cold and warm white, off. Its data points follow one another."""
    by_place = {point.id - mode.id: point for point in light}
    switch, colour = by_place.get(-1), by_place.get(3)
    numbers = [point for point in light if point.kind == "value"]
    on: Command = {switch.id: True} if switch is not None else {}
    off: Command = {switch.id: False} if switch is not None else {}
    yield off
    if colour is not None and colour.kind == "string" and _COLOUR in mode.words:
        form = colour_form(colour, numbers[0] if numbers else None)
        for hue in _HUES:
            yield on | {mode.id: _COLOUR, colour.id: form.pure(hue)}
    white: Command = {mode.id: _WHITE} if _WHITE in mode.words else {}
    if numbers:
        yield on | white | {point.id: point.most for point in numbers}
        yield on | white | {numbers[-1].id: numbers[-1].least}
    yield off


def _values(point: SchemaPoint) -> tuple[Value, ...]:
    if point.kind == "bool":
        return True, False
    if point.kind == "enum":
        return point.words
    if point.kind == "value" and point.most < _OF_A_DAY:
        return point.most, point.least
    return ()


def _edges(chip: LiveChip, since: int) -> dict[int, int]:
    counts: dict[int, int] = {}
    for _, gpio, _ in chip.edges.since(since)[0]:
        counts[gpio] = counts.get(gpio, 0) + 1
    return counts


def _shares(chip: LiveChip) -> dict[int, float]:
    return {row.gpio: _share(row) for row in chip.gpio() if row.pwm or row.direction == "out"}


def _share(row: GpioRow) -> float:
    return row.pwm[1] if row.pwm else float(row.level)
