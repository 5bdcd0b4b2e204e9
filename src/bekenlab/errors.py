"""What can go wrong, as data: a class for each cause, with a code, an exit status and advice.

The frontends decide how an error looks and how advice is worded; here it is only described.
Every code has a page of the same name in ``docs/errors/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class ExitCode(IntEnum):
    """Exit statuses of the command line, by class of cause (documented in docs/exit-codes.md)."""

    OK = 0
    INTERNAL = 1
    USAGE = 2
    NO_DEVICE = 3
    LINK = 4
    PROTOCOL = 5
    VERIFY = 6
    REFUSED = 7
    UNSUPPORTED = 8
    INPUT = 9
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True, init=False)
class Action:
    """Something the reader can do, which each frontend words in its own terms.

    The command line names an option where a page names a button, so nothing below the frontends
    can word it. Every frontend has a wording for every action.

    Args:
        name: Short stable name, e.g. ``"name-port"``.
        facts: What the wording needs to know, e.g. ``path="backup.bin"``.
    """

    name: str
    facts: Mapping[str, str | int]

    def __init__(self, name: str, /, **facts: str | int) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "facts", facts)


class Wording(Protocol):
    """How a frontend words an action."""

    def __call__(self, action: Action, /) -> str:
        """An action in the frontend's words."""
        ...


def advice(hint: str, actions: Iterable[Action], wording: Wording) -> str:
    """Everything the reader can do, in a frontend's words; empty where there is nothing.

    Args:
        hint: Advice in words that suit every frontend, or empty.
        actions: Advice that each frontend words itself.
        wording: The frontend's.
    """
    text = hint
    for action in actions:
        joint = "" if not text else " " if text.endswith("?") else "; "
        text += joint + wording(action)
    return text


class BekenlabError(Exception):
    """Anything bekenlab reports instead of a traceback.

    Args:
        message: What was seen, in one sentence.
        hint: What to do next, in words that suit every frontend: no option, no command, no button.
        action: What to do next where that is called differently in each frontend; one or several.
        facts: Machine-readable details, e.g. ``address=0x11000``.

    Attributes:
        actions: The actions, in the order of the advice.
    """

    code: ClassVar[str] = "internal"
    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        action: Action | tuple[Action, ...] = (),
        **facts: object,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.actions = (action,) if isinstance(action, Action) else action
        self.facts = facts

    def advice(self, wording: Wording) -> str:
        """What to do next, in a frontend's words; empty where there is nothing sensible to say."""
        return advice(self.hint, self.actions, wording)


class InternalError(BekenlabError):
    """A fault of bekenlab itself, wrapped so that one bad file does not stop a thousand others."""


def internal_error(error: Exception) -> InternalError:
    """What to report of an exception that nobody expected, with the line that raised it."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = (
        f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    )
    return InternalError(
        f"bekenlab failed: {type(error).__name__}: {error} ({place})",
        hint="this is a fault of bekenlab: please report this line",
    )


class UsageError(BekenlabError):
    """What was asked for cannot be done as it was asked: something is missing or contradictory."""

    code = "usage"
    exit_code = ExitCode.USAGE


class FileAccessError(BekenlabError):
    """A file or folder is missing, unreadable or cannot be written."""

    code = "file-access"
    exit_code = ExitCode.INPUT


def file_access(
    path: object,
    cannot: str,
    error: OSError,
    *,
    hint: str = "",
    action: Action | tuple[Action, ...] = (),
) -> FileAccessError:
    """What the operating system said of a file or folder.

    Args:
        path: The file or folder.
        cannot: What cannot be done with it, e.g. ``"written"``.
        error: What the system said.
        hint: As for ``BekenlabError``.
        action: As for ``BekenlabError``.
    """
    reason = (error.strerror or str(error)).lower()
    return FileAccessError(f"{path} cannot be {cannot}: {reason}", hint=hint, action=action)


class NotADumpError(BekenlabError):
    """The bytes are not what a flash chip holds, or nothing in them is recognised."""

    code = "not-a-dump"
    exit_code = ExitCode.INPUT


class DamagedDumpError(BekenlabError):
    """A dump of a Beken chip, but part of it is missing or wrong."""

    code = "damaged-dump"
    exit_code = ExitCode.INPUT


class BootFailedError(BekenlabError):
    """The firmware crashed in the virtual chip, or its watchdog reset it."""

    code = "boot-failed"
    exit_code = ExitCode.INPUT


class NotReachedError(BekenlabError):
    """A boot ended before the log said what was waited for."""

    code = "not-reached"
    exit_code = ExitCode.VERIFY


class TooLargeError(BekenlabError):
    """The input is larger than any flash chip of this family, before or after unpacking."""

    code = "too-large"
    exit_code = ExitCode.INPUT


class CorruptInputError(BekenlabError):
    """A compressed file, container or record is damaged."""

    code = "corrupt-input"
    exit_code = ExitCode.INPUT


class NoConfigError(BekenlabError):
    """A file holds no configuration of OpenBeken, or a damaged one."""

    code = "no-config"
    exit_code = ExitCode.INPUT


class BadValueError(BekenlabError):
    """A value that its setting cannot hold, or a setting that does not exist."""

    code = "bad-value"
    exit_code = ExitCode.USAGE


class DeviceListError(BekenlabError):
    """There is no list of known devices, it cannot be downloaded, or it is none."""

    code = "device-list"
    exit_code = ExitCode.INPUT


class DownloadError(BekenlabError):
    """Something the user asked for cannot be downloaded, or is not what was announced."""

    code = "download"
    exit_code = ExitCode.INPUT


class RefusedError(BekenlabError):
    """A safety rule says no, for example when a file would be overwritten."""

    code = "refused"
    exit_code = ExitCode.REFUSED


class RehearsalError(BekenlabError):
    """An install tried on a virtual chip did not do what it should."""

    code = "rehearsal"
    exit_code = ExitCode.VERIFY


class FirstStartError(BekenlabError):
    """Firmware was written and verified, but it did not start as it was set up."""

    code = "first-start"
    exit_code = ExitCode.VERIFY


class RedactionError(BekenlabError):
    """The proof that a redacted dump holds no secret, or still says the same, failed."""

    code = "redaction"
    exit_code = ExitCode.VERIFY


class CancelledJobError(BekenlabError):
    """A job was stopped because somebody asked for it."""

    code = "cancelled"
    exit_code = ExitCode.INTERRUPTED


class BusyError(BekenlabError):
    """There is room for no more: files, jobs or listeners of the server."""

    code = "busy"
    exit_code = ExitCode.REFUSED


class NotFoundError(BekenlabError):
    """What a page asks for does not exist (any more)."""

    code = "not-found"
    exit_code = ExitCode.INPUT


class ListenError(BekenlabError):
    """The server cannot listen where it was told to."""

    code = "listen"
    exit_code = ExitCode.USAGE


class MissingExtraError(BekenlabError):
    """A part of bekenlab that is installed on request is not installed."""

    code = "missing-extra"
    exit_code = ExitCode.UNSUPPORTED


class UnsupportedError(BekenlabError):
    """A chip, flash part or format that bekenlab knows of but cannot handle."""

    code = "unsupported"
    exit_code = ExitCode.UNSUPPORTED


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning in a report: something the reader should know, which stopped nothing.

    Attributes:
        code: Short stable name, e.g. ``"rotated-dump"``; listed in docs/warnings.md.
        message: One or two sentences for a person.
    """

    code: str
    message: str
