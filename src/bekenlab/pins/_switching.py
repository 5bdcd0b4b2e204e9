"""Relays that exclude each other, and the state of relays when power comes back."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.errors import Notice
from bekenlab.pins._table import is_curtain_key
from bekenlab.pins.model import Curtain, PowerOn

if TYPE_CHECKING:
    from bekenlab.pins._found import Found, Reading

_RELAYS = frozenset({"Rel", "BridgeFWD"})
_STOPS = frozenset({"Btn", "Btn_Tgl_All"})
_STATES = {0: PowerOn.OFF, 1: PowerOn.ON, 2: PowerOn.LAST}
_START_VALUES = {PowerOn.ON: 1, PowerOn.LAST: -1}
_CHANNELS_A_CURTAIN = 3  # Tuya numbers open, stop and close; a second curtain starts at 4


def read_curtains(reading: Reading) -> tuple[Curtain, ...]:
    """Pair the relays of curtains, make the buttons in between stop them, and add the commands.

    OpenBeken has no lock between relays; a handler that opens one contact when the other closes
    works in every release (its shutter roles came in 2025).
    """
    if not any(is_curtain_key(key) for key in reading.values):
        return ()
    channels = sorted({item.pin.channel for item in reading.found if item.pin.role in _RELAYS})
    curtains = []
    for relays in _pairs(channels):
        stops = [item for item in reading.found if _stops(item, relays, channels)]
        curtains.append(Curtain(relays, tuple(sorted({item.pin.gpio for item in stops}))))
    for index, item in enumerate(reading.found):
        if any(item.pin.gpio in curtain.stop for curtain in curtains) and item.pin.role in _STOPS:
            pin = replace(item.pin, role="Btn_ScriptOnly", channel=0, label=_stop_label(item))
            reading.found[index] = replace(item, pin=pin)
    for curtain in curtains:
        for command in _commands(curtain):
            reading.command(command)
    return tuple(curtains)


def _pairs(channels: list[int]) -> list[tuple[int, int]]:
    """Two relays of each curtain: first and last of its three numbers, else any two in turn."""
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for channel in channels:
        groups[(channel - 1) // _CHANNELS_A_CURTAIN].append(channel)
    pairs = [(group[0], group[-1]) for _, group in sorted(groups.items()) if len(group) > 1]
    if not pairs and len(channels) > 1:
        return list(zip(channels[::2], channels[1::2], strict=False))
    return pairs


def _stops(item: Found, relays: tuple[int, int], channels: list[int]) -> bool:
    """Whether this is a button that has no relay of its own and belongs to this curtain."""
    if item.pin.role == "Btn_Tgl_All":
        return True
    if item.pin.role != "Btn" or item.pin.channel in channels:
        return False
    curtains = {(channel - 1) // _CHANNELS_A_CURTAIN for channel in relays}
    return (item.pin.channel - 1) // _CHANNELS_A_CURTAIN in curtains


def _stop_label(item: Found) -> str:
    return "Stop button" if item.pin.role == "Btn_Tgl_All" else f"Stop button {item.pin.channel}"


def _commands(curtain: Curtain) -> list[str]:
    first, second = curtain.relays
    locks = [
        f"addChangeHandler Channel{on} == 1 setChannel {off} 0"
        for on, off in ((first, second), (second, first))
    ]
    stops = [
        f"addEventHandler OnClick {gpio} setChannel {channel} 0"
        for gpio in curtain.stop
        for channel in curtain.relays
    ]
    return locks + stops


def curtain_notices(curtains: tuple[Curtain, ...]) -> tuple[Notice, ...]:
    """The warning to heed before connecting a motor."""
    if not curtains:
        return ()
    pairs = ", ".join(f"{first} and {second}" for first, second in (c.relays for c in curtains))
    text = (
        f"This is a curtain or shutter switch: relays {pairs} must never be on together, or the "
        "motor is destroyed. A lock comes with the pins (startup commands in OpenBeken, interlock "
        "in ESPHome): take both, and try it without the motor first."
    )
    return (Notice("curtain", text),)


def read_power_on(reading: Reading, curtains: tuple[Curtain, ...]) -> dict[int, PowerOn]:
    """What each relay does when power comes back, if the configuration says so.

    ``ch1_stat`` applies to one relay, ``total_stat`` to all: 0 off, 1 on, 2 as before. OpenBeken
    starts with off by default. A curtain never starts moving, whatever is stored.
    """
    found: dict[int, PowerOn] = {}
    if curtains:
        return found
    for channel in sorted({i.pin.channel for i in reading.found if i.pin.role in _RELAYS}):
        own = reading.number(f"ch{channel}_stat")
        stored = reading.number("total_stat") if own is None else own
        state = None if stored is None else _STATES.get(stored)
        if state is None:
            continue
        found[channel] = state
        if state in _START_VALUES:
            reading.command(f"SetStartValue {channel} {_START_VALUES[state]}")
    return found
