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


@dataclass(frozen=True, slots=True)
class Progress:
    """A part of a job has got so far.

    Attributes:
        job: The job.
        phase: Which part, e.g. ``"read"``.
        done: Bytes dealt with.
        total: Bytes there are.
        span: Range of flash it dealt with last, physical and half open, where it is about flash.
    """

    job: str
    phase: str
    done: int
    total: int
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """Something the user should read now.

    Attributes:
        job: The job.
        code: Short stable name, e.g. ``"sector-reread"``.
        message: One sentence.
    """

    job: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Awaiting:
    """A job waits for a chip, perhaps for a person's hand.

    Attributes:
        job: The job.
        stage: What is being tried, e.g. ``"reset-by-hand"``.
        seen: What arrives on the line, in words.
        advice: What to do about it.
        left: Seconds left before the next stage or the end.
        heard: The same as ``seen``, as a short stable name: of ``link.diagnosis.Heard``.
    """

    job: str
    stage: str
    seen: str
    advice: str
    left: float
    heard: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A job of several steps begins one of them.

    Attributes:
        job: The job.
        step: Short stable name, e.g. ``"backup"``.
        title: What is done now, for a person.
    """

    job: str
    step: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line that a device printed, without what is personal in it unless that was asked for.

    Attributes:
        job: The job that listens.
        at: Seconds since the device, or the listening, began.
        text: The line.
    """

    job: str
    at: float
    text: str


Event = Started | Advanced | Finished | Progress | Message | Awaiting | Step | Line


class EventSink(Protocol):
    """Where a job's events go."""

    def __call__(self, event: Event, /) -> None:
        """Take one event; must not raise."""
        ...


def ignore(event: Event, /) -> None:
    """Drop an event: the sink of callers that do not watch."""
    del event
