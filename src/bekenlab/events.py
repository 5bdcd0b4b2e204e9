"""Progress as typed events: jobs emit them, faces draw them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Started:
    """A job began; ``total`` is the number of steps, where known beforehand."""

    job: str
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Advanced:
    """``done`` steps of a job are finished; ``item`` names the latest."""

    job: str
    done: int
    item: str = ""


@dataclass(frozen=True, slots=True)
class Finished:
    """A job ended, well or not."""

    job: str


Event = Started | Advanced | Finished


class EventSink(Protocol):
    """Where a job's events go."""

    def __call__(self, event: Event, /) -> None:
        """Take one event; must not raise."""
        ...


def ignore(event: Event, /) -> None:
    """Drop an event: the sink of callers that do not watch."""
    del event
