"""Reads back from OpenBeken's startup commands which relays exclude each other."""

from __future__ import annotations

import re

from bekenlab.pins import Curtain

_LOCK = re.compile(
    r"addChangeHandler\s+Channel(\d{1,2})\s*==\s*1\s+setChannel\s+(\d{1,2})\s+0\b", re.IGNORECASE
)
_STOP = re.compile(
    r"addEventHandler\s+OnClick\s+(\d{1,2})\s+setChannel\s+(\d{1,2})\s+0\b", re.IGNORECASE
)


def curtains_of(command: str) -> tuple[Curtain, ...]:
    """Pairs of channels that switch each other off, with the buttons that stop both."""
    locks = {(int(on), int(off)) for on, off in _LOCK.findall(command)}
    stops = {(int(gpio), int(channel)) for gpio, channel in _STOP.findall(command)}
    buttons = sorted({gpio for gpio, _ in stops})
    return tuple(
        Curtain(
            (first, second),
            tuple(gpio for gpio in buttons if {(gpio, first), (gpio, second)} <= stops),
        )
        for first, second in sorted(locks)
        if first < second and (second, first) in locks
    )
