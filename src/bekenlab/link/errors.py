"""Errors of ports, links and chips, one class per cause (pages in docs/errors)."""

from __future__ import annotations

from typing import ClassVar

from bekenlab.errors import BekenlabError, ExitCode


class PortError(BekenlabError):
    """A port does not exist, is busy, or must not be opened by this user."""

    code: ClassVar[str] = "port"
    exit_code: ClassVar[ExitCode] = ExitCode.NO_DEVICE


class LineLostError(BekenlabError):
    """The port disappeared while in use: adapter unplugged, connection closed."""

    code: ClassVar[str] = "line-lost"
    exit_code: ClassVar[ExitCode] = ExitCode.NO_DEVICE


class NoLinkError(BekenlabError):
    """The chip did not answer the download protocol in time."""

    code: ClassVar[str] = "no-link"
    exit_code: ClassVar[ExitCode] = ExitCode.LINK


class BaudRefusedError(BekenlabError):
    """The adapter does not support a baud rate."""

    code: ClassVar[str] = "baud-refused"
    exit_code: ClassVar[ExitCode] = ExitCode.LINK


class NoReplyError(BekenlabError):
    """A linked chip did not answer a command, after all retries."""

    code: ClassVar[str] = "no-reply"
    exit_code: ClassVar[ExitCode] = ExitCode.PROTOCOL


class ChipRefusedError(BekenlabError):
    """The chip answered a command with a status other than 0."""

    code: ClassVar[str] = "chip-refused"
    exit_code: ClassVar[ExitCode] = ExitCode.PROTOCOL


class FlashSilentError(BekenlabError):
    """The chip answers, but its flash does not: what is read is not its content."""

    code: ClassVar[str] = "flash-silent"
    exit_code: ClassVar[ExitCode] = ExitCode.PROTOCOL


class NotIntactError(BekenlabError):
    """The chip works, but what it holds does not: no boot loader, another key, half written."""

    code: ClassVar[str] = "not-intact"
    exit_code: ClassVar[ExitCode] = ExitCode.VERIFY


class UnlockFailedError(BekenlabError):
    """The flash's write protection could not be lifted."""

    code: ClassVar[str] = "unlock-failed"
    exit_code: ClassVar[ExitCode] = ExitCode.PROTOCOL


class BadReadError(BekenlabError):
    """A sector could not be read so that it matches the chip's own checksum."""

    code: ClassVar[str] = "bad-read"
    exit_code: ClassVar[ExitCode] = ExitCode.VERIFY


class VerifyFailedError(BekenlabError):
    """The content of the chip's flash is not what it should be."""

    code: ClassVar[str] = "verify-failed"
    exit_code: ClassVar[ExitCode] = ExitCode.VERIFY
