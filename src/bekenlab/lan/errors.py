"""What can go wrong on the network, one class a cause (pages in docs/errors)."""

from __future__ import annotations

from typing import ClassVar

from bekenlab.errors import BekenlabError, ExitCode


class NoHostError(BekenlabError):
    """Nobody can be connected to at an address."""

    code: ClassVar[str] = "no-host"
    exit_code: ClassVar[ExitCode] = ExitCode.NO_DEVICE


class NoAnswerError(BekenlabError):
    """A device took the connection, but its answer did not come in time, or not whole."""

    code: ClassVar[str] = "no-answer"
    exit_code: ClassVar[ExitCode] = ExitCode.LINK


class NotOpenBekenError(BekenlabError):
    """What answers is not OpenBeken, or has not the part of it that was asked for."""

    code: ClassVar[str] = "not-openbeken"
    exit_code: ClassVar[ExitCode] = ExitCode.PROTOCOL


class DeviceRefusedError(BekenlabError):
    """The device understood, and says no."""

    code: ClassVar[str] = "device-refused"
    exit_code: ClassVar[ExitCode] = ExitCode.PROTOCOL


class WebPasswordError(BekenlabError):
    """The device has a web password, and none or a wrong one was given."""

    code: ClassVar[str] = "web-password"
    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED
