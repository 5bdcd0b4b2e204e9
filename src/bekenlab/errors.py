"""Errors as data: one class per cause, with a code, an exit status and advice.

The frontends decide how an error looks and how its advice is worded; here it is only described.
Every code has a page of the same name in ``docs/errors/``.
"""

from __future__ import annotations

import errno
import os
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
    """Something the user can do about an error, worded by each frontend in its own terms.

    The command line names an option where a page names a button, so only the frontends can word it.
    Every frontend has a wording for every action.

    Args:
        name: Short stable name, e.g. ``"name-port"``.
        facts: Values for the wording, e.g. ``path="backup.bin"``.
    """

    name: str
    facts: Mapping[str, str | int]

    def __init__(self, name: str, /, **facts: str | int) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "facts", facts)


class Wording(Protocol):
    """How a frontend words an action."""

    def __call__(self, action: Action, /) -> str:
        """The action in the frontend's words."""
        ...


def advice(hint: str, actions: Iterable[Action], wording: Wording) -> str:
    """Everything the user can do, in a frontend's words; may be empty.

    Args:
        hint: Advice in words that suit every frontend, or empty.
        actions: Advice that each frontend words itself.
        wording: How the frontend words them.
    """
    text = hint
    for action in actions:
        joint = "" if not text else " " if text.endswith("?") else "; "
        text += joint + wording(action)
    return text


class BekenlabError(Exception):
    """Anything bekenlab reports instead of a traceback.

    Args:
        message: What happened, in one sentence.
        hint: What to do next, in words that suit every frontend: no option, no command, no button.
        action: What to do next, if that depends on the frontend; one action or several.
        facts: Machine-readable details, e.g. ``address=0x11000``.

    Attributes:
        actions: The actions, in the order in which they are advised.
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
        """What to do next, in a frontend's words; may be empty."""
        return advice(self.hint, self.actions, wording)


class InternalError(BekenlabError):
    """A fault in bekenlab itself, wrapped so that one bad file does not stop a thousand others."""


def internal_error(error: Exception) -> InternalError:
    """The report of an unexpected exception, with the line that raised it."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = (
        f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    )
    return InternalError(
        f"bekenlab failed: {type(error).__name__}: {error} ({place})",
        hint="this is a fault in bekenlab: please report this line",
    )


def error_of(error: Exception) -> BekenlabError:
    """What to report for an exception that nothing else has caught.

    A file system that is full or read-only is not a fault in bekenlab, wherever it is noticed.
    """
    if isinstance(error, BekenlabError):
        return error
    if isinstance(error, OSError) and error.errno is not None:
        return file_access(error.filename or "a file", "read or written", error)
    return internal_error(error)


class UsageError(BekenlabError):
    """The request cannot be carried out as given: something is missing or contradictory."""

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
    """The error for what the operating system reported about a file or folder.

    Args:
        path: The file or folder.
        cannot: What cannot be done with it, e.g. ``"written"``.
        error: The system's error.
        hint: As for ``BekenlabError``.
        action: As for ``BekenlabError``.
    """
    message = f"{path} cannot be {cannot}: {system_reason(error)}"
    return FileAccessError(message, hint=hint, action=action)


def system_reason(error: Exception) -> str:
    """What the operating system reported, in its own words: ``"no space left on device"``."""
    number = getattr(error, "errno", None)
    known = os.strerror(number) if isinstance(number, int) and number in errno.errorcode else ""
    return (known or getattr(error, "strerror", None) or str(error)).lower()


class NotADumpError(BekenlabError):
    """The bytes are not the contents of a flash chip, or nothing in them is recognised."""

    code = "not-a-dump"
    exit_code = ExitCode.INPUT


class DamagedDumpError(BekenlabError):
    """The file is a dump of a Beken chip, but part of it is missing or damaged."""

    code = "damaged-dump"
    exit_code = ExitCode.INPUT


class BootFailedError(BekenlabError):
    """The firmware crashed in the virtual chip, or its watchdog reset it."""

    code = "boot-failed"
    exit_code = ExitCode.INPUT


class NotReachedError(BekenlabError):
    """A boot ended before the log contained what was waited for."""

    code = "not-reached"
    exit_code = ExitCode.VERIFY


class TooLargeError(BekenlabError):
    """The input, packed or unpacked, is larger than any flash chip of this family."""

    code = "too-large"
    exit_code = ExitCode.INPUT


class CorruptInputError(BekenlabError):
    """A compressed file, container or record is damaged."""

    code = "corrupt-input"
    exit_code = ExitCode.INPUT


class NoConfigError(BekenlabError):
    """A file contains no OpenBeken configuration, or a damaged one."""

    code = "no-config"
    exit_code = ExitCode.INPUT


class BadValueError(BekenlabError):
    """A value that its setting cannot hold, or a setting that does not exist."""

    code = "bad-value"
    exit_code = ExitCode.USAGE


class DeviceListError(BekenlabError):
    """The list of known devices is missing, cannot be downloaded, or is not such a list."""

    code = "device-list"
    exit_code = ExitCode.INPUT


class DownloadError(BekenlabError):
    """A download failed, or its content is not what was expected."""

    code = "download"
    exit_code = ExitCode.INPUT


class RefusedError(BekenlabError):
    """A safety rule forbids it, for example overwriting a file."""

    code = "refused"
    exit_code = ExitCode.REFUSED


class DeclinedError(RefusedError):
    """The user was asked and said no. Nothing was changed, and nothing is wrong."""


class RehearsalError(BekenlabError):
    """An install rehearsed on a virtual chip did not work as planned."""

    code = "rehearsal"
    exit_code = ExitCode.VERIFY


class FirstStartError(BekenlabError):
    """Firmware was written and verified, but did not start as configured."""

    code = "first-start"
    exit_code = ExitCode.VERIFY


class RedactionError(BekenlabError):
    """A redacted dump failed the check that it holds no secret and still means the same."""

    code = "redaction"
    exit_code = ExitCode.VERIFY


class CancelledJobError(BekenlabError):
    """A job was stopped on request."""

    code = "cancelled"
    exit_code = ExitCode.INTERRUPTED


class BusyError(BekenlabError):
    """The server has as many files, jobs or listeners as it allows."""

    code = "busy"
    exit_code = ExitCode.REFUSED


class NotFoundError(BekenlabError):
    """What a page asks for does not exist, or no longer does."""

    code = "not-found"
    exit_code = ExitCode.INPUT


class ListenError(BekenlabError):
    """The server cannot listen on the requested address."""

    code = "listen"
    exit_code = ExitCode.USAGE


class MissingExtraError(BekenlabError):
    """An optional part of bekenlab is not installed."""

    code = "missing-extra"
    exit_code = ExitCode.UNSUPPORTED


class UnsupportedError(BekenlabError):
    """A chip, flash part or format is known, but not supported."""

    code = "unsupported"
    exit_code = ExitCode.UNSUPPORTED


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning in a report: something the reader should know, but which stopped nothing.

    Attributes:
        code: Short stable name, e.g. ``"rotated-dump"``; listed in docs/warnings.md.
        message: One or two sentences for a person.
    """

    code: str
    message: str
