"""Progress as typed events: jobs emit them, frontends show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Started:
    """A job began; ``total`` is the number of steps, if known in advance."""

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
    """A job ended, successfully or not."""

    job: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Progress of one phase of a job.

    Attributes:
        job: The job.
        phase: Which phase, e.g. ``"read"``.
        done: Bytes done.
        total: Bytes in all.
        span: Range of flash done last, physical and half open, if the phase is about flash.
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
    """A job waits for a chip or a device, perhaps for the user to reset it.

    Attributes:
        job: The job.
        stage: What is being tried, e.g. ``"reset-by-hand"``.
        seen: What arrives from the chip, in words.
        advice: What to do about it.
        left: Seconds left before the next stage or the end.
        heard: The same as ``seen`` as a short stable name, from ``link.diagnosis.Heard``.
    """

    job: str
    stage: str
    seen: str
    advice: str
    left: float
    heard: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A job of several steps starts one of them.

    Attributes:
        job: The job.
        step: Short stable name, e.g. ``"backup"``.
        title: What it does, for a person.
    """

    job: str
    step: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a device's log; personal data is hidden unless the user asked for it.

    Attributes:
        job: The job that listens.
        at: Seconds since the device started, or since listening began.
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
    """Drop an event: the sink for callers that do not need events."""
    del event
