"""Errors of the network, one class per cause (pages in docs/errors)."""

from __future__ import annotations

from typing import ClassVar

from bekenlab.errors import BekenlabError, ExitCode


class NoHostError(BekenlabError):
    """No connection can be made to an address."""

    code: ClassVar[str] = "no-host"
    exit_code: ClassVar[ExitCode] = ExitCode.NO_DEVICE


class NoAnswerError(BekenlabError):
    """A device accepted the connection, but its answer was late or incomplete."""

    code: ClassVar[str] = "no-answer"
    exit_code: ClassVar[ExitCode] = ExitCode.LINK


class NotOpenBekenError(BekenlabError):
    """What answers is not OpenBeken, or a build without the feature that was asked for."""

    code: ClassVar[str] = "not-openbeken"
    exit_code: ClassVar[ExitCode] = ExitCode.PROTOCOL


class DeviceRefusedError(BekenlabError):
    """The device understood the request and refused it."""

    code: ClassVar[str] = "device-refused"
    exit_code: ClassVar[ExitCode] = ExitCode.PROTOCOL


class WebPasswordError(BekenlabError):
    """The device has a web password, and none or the wrong one was given."""

    code: ClassVar[str] = "web-password"
    exit_code: ClassVar[ExitCode] = ExitCode.REFUSED
