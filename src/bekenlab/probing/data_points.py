"""Whether data points of a second controller go both ways, through OpenBeken in the virtual chip.

OpenBeken is set up as for the device, and a controller that behaves reports a value of each data
point when it is asked. Then each channel that can be set is set to another value. A controller that
sleeps reports once OpenBeken has joined a network, and nothing is set.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.machine import FlashImage, Until
from bekenlab.machine.air import Air, Network, OurNetwork
from bekenlab.machine.machine import Machine
from bekenlab.machine.peers.battery_mcu import BatteryMcu
from bekenlab.machine.peers.tuya_mcu import TuyaMcu
from bekenlab.mcu.frames import Command, split_points
from bekenlab.mcu.values import encode, value_of
from bekenlab.openbeken.config.edit import Changes, make_config

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.mcu.schema import SchemaPoint
    from bekenlab.openbeken.mcu_setup import Linked, McuSetup

# Device seconds: until everything was asked for and reported, and until all channels were set.
_REPORTED_AFTER = 14
_SET_AFTER = 20
# And with a controller that sleeps: OpenBeken waits five before it joins, and asks every three.
_AWAKE = 40
_NETWORK = "bekenlab"
_CHANGED = re.compile(r"CHANNEL_Set channel (\d+) has changed to (-?\d+)")
# Names and words do not change what goes over the line, and the startup command is short of room.
_FOR_PEOPLE = ("setChannelLabel", "SetChannelEnum")
_ROOM = 1500
_AT_ONCE = 4
_DIMMER = re.compile(r"Dimmer(256|1000)?")
# OpenBeken calculates with 24 bits.
_LARGEST = 1 << 24
_NUMBERS = frozenset({"bool", "value", "enum", "bitmap"})


@dataclass(frozen=True, slots=True)
class PointVerdict:
    """A data point.

    Attributes:
        point: The data point.
        channel: Its channel in OpenBeken.
        reported: Whether what the controller reported was the channel's value.
        was_set: Whether the controller received what was set; None where it cannot be set.
        unasked: Whether it was set before anybody asked for that.
    """

    point: SchemaPoint
    channel: int
    reported: bool
    was_set: bool | None
    unasked: bool

    @property
    def works(self) -> bool:
        """Whether it goes both ways, and only when it should."""
        return self.reported and self.was_set is not False and not self.unasked


def try_data_points(
    image: FlashImage,
    chip: str,
    setup: McuSetup,
    product: str,
    *,
    sleeps: bool = False,
    wall_seconds: float = 120.0,
) -> tuple[PointVerdict, ...]:
    """Try each data point that has a channel of its own, as many at a time as the command holds.

    Args:
        image: OpenBeken, without a configuration.
        chip: Name of the chip.
        setup: Its set-up for the device.
        product: Product id that the controller tells.
        sleeps: Whether the controller is that of a battery device.
        wall_seconds: Limit of real time for each start.
    """
    linked = [each for each in setup.linked if each.point.kind in _NUMBERS and not each.also]
    found: list[PointVerdict] = []
    tried = _tried_asleep if sleeps else _tried
    while linked:
        some = _as_many_as_fit(linked, setup)
        found += tried(image, chip, some, setup, product, wall_seconds)
        linked = linked[len(some) :]
    return tuple(found)


def _as_many_as_fit(linked: Sequence[Linked], setup: McuSetup) -> Sequence[Linked]:
    for count in range(len(linked), 1, -1):
        if len(_startup(linked[:count], setup).encode()) <= _ROOM:
            return linked[:count]
    return linked[:1]


def _kept(linked: Sequence[Linked], setup: McuSetup) -> str:
    """The set-up's own commands for these data points."""
    numbers = {each.channel for each in linked}
    ids = {each.point.id for each in linked}
    return "\n".join(line for line in setup.commands if _about(line, numbers, ids))


def _startup(linked: Sequence[Linked], setup: McuSetup) -> str:
    """The same, and later a command for each channel that can be set."""
    writable = [each for each in linked if each.point.writable]
    later = []
    # One event each second: of two that end at once, OpenBeken 1.18.300 forgets one.
    for second, at in enumerate(range(0, len(writable), _AT_ONCE)):
        sets = [f"setChannel {e.channel} {_in_channel(e, 0)}" for e in writable[at : at + _AT_ONCE]]
        event = f"addRepeatingEvent {_REPORTED_AFTER + second} 1"
        later.append(f"{event} backlog {'; '.join(sets)}")
    return "\n".join([_kept(linked, setup), *later])


def _about(line: str, channels: set[int], ids: set[int]) -> bool:
    words = line.split()
    if words[0] in _FOR_PEOPLE:
        return False
    if words[0] == "setChannelType":
        return int(words[1]) in channels
    if words[0] == "linkTuyaMCUOutputToChannel":
        return int(words[1]) in ids
    return True


def _in_channel(each: Linked, which: int) -> int:
    """The value of a channel for that of its data point; that of a dimmer begins at 0."""
    dimmer = _DIMMER.fullmatch(each.type)
    if dimmer is None:
        return _value(each.point, which)
    return int(dimmer[1] or 100) - (dimmer[1] == "256") if which else 0


def _value(point: SchemaPoint, which: int) -> int:
    """One of two different values that a data point can have."""
    if point.kind == "value":
        return min(point.most, _LARGEST) if which else point.least
    if point.kind == "enum":
        return max(1, len(point.words) - 1) if which else 0
    return which


def _tried(
    image: FlashImage,
    chip: str,
    linked: Sequence[Linked],
    setup: McuSetup,
    product: str,
    wall_seconds: float,
) -> list[PointVerdict]:
    machine = Machine.from_image(_configured(image, chip, _startup(linked, setup)), chip=chip)
    state = tuple(encode(e.point.id, e.point.kind, _value(e.point, 1)) for e in linked)
    controller = TuyaMcu(product, points=state)
    machine.uart1.attach(controller)
    machine.run(Until(device_seconds=_REPORTED_AFTER - 1, wall_seconds=wall_seconds))
    unasked = {point.number for point in controller.was_set}
    reported = {int(number): int(value) for number, value in _CHANGED.findall(machine.log)}
    machine.run(Until(device_seconds=_SET_AFTER, wall_seconds=wall_seconds))
    received = {point.number: value_of(point).raw for point in controller.was_set}
    return [
        PointVerdict(
            point=each.point,
            channel=each.channel,
            reported=reported.get(each.channel, 0) == _in_channel(each, 1),
            was_set=received.get(each.point.id) == _value(each.point, 0)
            if each.point.writable
            else None,
            unasked=each.point.id in unasked,
        )
        for each in linked
    ]


def _tried_asleep(
    image: FlashImage,
    chip: str,
    linked: Sequence[Linked],
    setup: McuSetup,
    product: str,
    wall_seconds: float,
) -> list[PointVerdict]:
    flash = _configured(image, chip, _kept(linked, setup), _NETWORK)
    machine = Machine.from_image(flash, chip=chip)
    state = tuple(encode(e.point.id, e.point.kind, _value(e.point, 1)) for e in linked)
    asks = tuple(each.point.id for each in linked if each.point.writable)
    controller = BatteryMcu(product, points=state, asks=asks)
    machine.uart1.attach(controller)
    air = Air()
    OurNetwork(air, Network(_NETWORK.encode()))
    air.join(machine)
    until = Until(
        device_seconds=_AWAKE,
        wall_seconds=wall_seconds,
        condition=lambda: controller.acknowledged > 0,
    )
    machine.run(until)
    unasked = {point.number for point in controller.was_set}
    for frame in controller.frames:
        if frame.command == Command.SET:
            unasked |= {point.number for point in split_points(frame.payload)}
    reported = {int(number): int(value) for number, value in _CHANGED.findall(machine.log)}
    return [
        PointVerdict(
            point=each.point,
            channel=each.channel,
            reported=reported.get(each.channel, 0) == _in_channel(each, 1),
            was_set=None,
            unasked=each.point.id in unasked,
        )
        for each in linked
    ]


def _configured(image: FlashImage, chip: str, startup: str, ssid: str = "") -> FlashImage:
    made = make_config({"pins": {}, "command": startup}, Changes(), unique=bytes(4), chip=chip)
    config = made.config.with_values({"wifi_ssid": ssid}) if ssid else made.config
    sector = config.encode()
    flash = bytearray(image.physical)
    flash[made.address : made.address + len(sector)] = sector
    return FlashImage(bytes(flash), image.logical)
