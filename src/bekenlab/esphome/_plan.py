"""A firmware being built: the jobs still open, and the YAML made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.esphome.names import Names
from bekenlab.esphome.yaml import Noted, Text
from bekenlab.pins import Polarity

if TYPE_CHECKING:
    from bekenlab.esphome._tables import JobRow
    from bekenlab.esphome.boards import Board
    from bekenlab.pins import Pin, PinMap

_PULLED_DOWN = 16  # of the ESP8266

Fields = dict[str, object]
Action = dict[str, object]


@dataclass(frozen=True, slots=True)
class Job:
    """A pin and the YAML it becomes."""

    pin: Pin
    row: JobRow
    board: Board

    @property
    def gpio(self) -> str:
        """The pin as ESPHome names it."""
        return self.board.pin_name(self.pin.gpio)

    @property
    def low(self) -> bool:
        """Whether low means on, or pressed."""
        return (self.pin.polarity or self.row.usual) is Polarity.ACTIVE_LOW


@dataclass(slots=True)
class Plan:
    """What has been decided so far.

    Attributes:
        pinmap: The device.
        board: What it is compiled for.
        jobs: Pins not handled yet.
        lists: Top-level lists of the document by key, e.g. ``switch``.
        mappings: Top-level mappings by key, e.g. ``wifi``.
        left_out: One sentence for each thing that could not be expressed, with the reason.
        relays: Identifier of each relay's switch by channel.
        shutters: Identifier of each switch of a shutter by role and channel.
        lights: Identifiers of the lamps, the main one first.
    """

    pinmap: PinMap
    board: Board
    jobs: list[Job]
    lists: dict[str, list[object]] = field(default_factory=dict)
    mappings: dict[str, object] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    relays: dict[int, str] = field(default_factory=dict)
    shutters: dict[tuple[str, int], str] = field(default_factory=dict)
    lights: list[str] = field(default_factory=list)
    names: Names = field(default_factory=Names)

    def take(self, *kinds: str) -> list[Job]:
        """Take all open jobs of these kinds, by channel."""
        taken = sorted(
            (job for job in self.jobs if job.row.kind in kinds), key=lambda job: job.pin.channel
        )
        self.jobs = [job for job in self.jobs if job.row.kind not in kinds]
        return taken

    def add(self, section: str, fields: Fields, comment: str = "") -> None:
        """Append to a top-level list."""
        self.lists.setdefault(section, []).append(Noted(fields, comment) if comment else fields)

    def set(self, section: str, fields: Fields | None, comment: str = "") -> None:
        """Set a top-level mapping."""
        self.mappings[section] = Noted(fields, comment) if comment else fields

    def leave_out(self, job: Job, reason: str) -> None:
        """Record that a pin is left out of the firmware, and why."""
        self.left_out.append(f"{job.gpio}, {job.pin.label}: {reason}.")

    def entity(self, label: str) -> Fields:
        """Identifier and name of an entity."""
        return {"id": self.names.identifier(label), "name": Text(self.names.entity(label))}


def output_pin(job: Job, *, turned: bool = False) -> object:
    """A pin that is driven; ``turned`` inverts it once more."""
    return {"number": job.gpio, "inverted": True} if job.low != turned else job.gpio


def input_pin(job: Job) -> Fields:
    """A pin that is read, with its pull resistor."""
    pull = job.row.pull
    if pull == "level":
        pull = "up" if job.low else "down"
    mode: Fields = {"input": True}
    if pull != "none" and not _refused(job, pull):
        mode[f"pull{pull}"] = True
    pin: Fields = {"number": job.gpio}
    if job.low:
        pin["inverted"] = True
    return {**pin, "mode": mode}


def _refused(job: Job, pull: str) -> bool:
    """Whether ESPHome refuses a resistor: the ESP8266 pulls down IO16 only, and all others up."""
    return job.board.platform == "esp8266" and (pull == "down") != (job.pin.gpio == _PULLED_DOWN)
