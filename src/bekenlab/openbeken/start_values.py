"""Start values of channels: OpenBeken's command for them, and the field of its configuration.

A template can hold start values only as the command ``SetStartValue channel value``. As a startup
command it takes effect from the second start on (``CFG_ApplyChannelStartValues`` of OpenBeken's
``new_pins.c`` has run by then); in the configuration sector the values take effect at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.pins import PowerOn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHANNELS = 64
_COMMAND = re.compile(r"\s*SetStartValue\s+(\d{1,2})\s+(-?\d{1,5})\s*", re.IGNORECASE)
_LOWEST, _HIGHEST = -(1 << 15), (1 << 15) - 1


def take_start_values(command: str) -> tuple[str, dict[int, int]]:
    """Startup commands without the lines that set start values, and those values by channel.

    A line of several commands stays as it is.
    """
    kept: list[str] = []
    found: dict[int, int] = {}
    for line in command.split("\n"):
        said = _start_value(line)
        if said is None:
            kept.append(line)
        else:
            found[said[0]] = said[1]
    return "\n".join(kept), found


def with_start_values(values: Sequence[int], starts: Mapping[int, int]) -> tuple[int, ...]:
    """The values of all channels with some of them replaced."""
    start = dict(enumerate(values)) | dict(starts)
    return tuple(start.get(channel, 0) for channel in range(CHANNELS))


def command_with_start_values(command: str, values: object) -> str:
    """Startup commands with an added line for each channel that does not start with 0."""
    if not isinstance(values, tuple):
        return command
    lines = [
        f"SetStartValue {channel} {value}"
        for channel, value in enumerate(values)
        if isinstance(value, int) and value
    ]
    return "\n".join([line for line in (command,) if line] + lines)


def power_on_of(command: str) -> dict[int, PowerOn]:
    """What channels do when power comes back, according to the startup commands."""
    meaning = {-1: PowerOn.LAST, 0: PowerOn.OFF, 1: PowerOn.ON}
    found: dict[int, PowerOn] = {}
    for line in re.split(r"[\r\n;]+", re.sub(r"\bbacklog\b", "", command, flags=re.IGNORECASE)):
        said = _start_value(line)
        if said and said[1] in meaning:
            found[said[0]] = meaning[said[1]]
    return found


def _start_value(line: str) -> tuple[int, int] | None:
    match = _COMMAND.fullmatch(line)
    if not match:
        return None
    channel, value = int(match[1]), int(match[2])
    return (channel, value) if channel < CHANNELS and _LOWEST <= value <= _HIGHEST else None
