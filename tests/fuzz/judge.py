"""Runs inputs and says what is wrong with how they were read."""

from __future__ import annotations

import hashlib
import time
import traceback
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from bekenlab.errors import BekenlabError, InternalError

if TYPE_CHECKING:
    from fuzz.model import Target

SECONDS_PER_MEGABYTE = 2.0
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that was not read as it should be.

    Attributes:
        target: Name of the target.
        seed: Seed number.
        run: Number of the run; with target and seed it gives the input again.
        what: What happened, without what differs from input to input.
        detail: Traceback, or figures.
        data: The input.
    """

    target: str
    seed: int
    run: int
    what: str
    detail: str
    data: bytes

    @property
    def file_name(self) -> str:
        """Name to keep the input under; findings of one kind stand together."""
        kind = hashlib.sha256(self.what.encode()).hexdigest()[:6]
        return f"{self.target}-{kind}-{self.seed}-{self.run}.bin"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One input read: processor seconds, and what was wrong: its kind, and details."""

    seconds: float
    wrong: tuple[str, str] | None = None


def judge(target: Target, data: bytes, slack: float = 1.0) -> Outcome:
    """Read one input. It counts as slow only if it is slow again and again.

    Args:
        target: What reads it.
        data: The input.
        slack: How many times the usual time is allowed, on a computer that is busy.
    """
    allowed = slack * max(target.floor, SECONDS_PER_MEGABYTE * len(data) / 1e6)
    outcome = _read(target, data)
    for _ in range(_TRIES):
        if outcome.wrong or outcome.seconds <= allowed:
            return outcome
        again = _read(target, data)
        outcome = again if again.seconds < outcome.seconds else outcome
    if outcome.wrong or outcome.seconds <= allowed:
        return outcome
    detail = f"{outcome.seconds:.2f} s for {len(data):,} bytes; {allowed:.2f} s are allowed"
    return Outcome(outcome.seconds, ("slow", detail))


def _read(target: Target, data: bytes) -> Outcome:
    began = time.process_time()
    wrong = None
    try:
        target.run(data)
    except InternalError as error:
        wrong = (f"InternalError: {_place_in(error.message)}", error.message)
    except BekenlabError:
        pass
    except Exception as error:  # noqa: BLE001 - any other is a finding
        wrong = (f"{type(error).__name__} at {_raised_at(error)}", traceback.format_exc(-12))
    return Outcome(time.process_time() - began, wrong)


def _place_in(message: str) -> str:
    return message.rpartition("(")[2].rstrip(")") or message


def _raised_at(error: Exception) -> str:
    """The last line of bekenlab in the traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "bekenlab" in PurePath(frame.filename).parts]
    last = (ours or frames)[-1]
    return f"{PurePath(last.filename).name}:{last.lineno}"
