"""Errors of the virtual chip."""

from __future__ import annotations

from bekenlab.errors import BekenlabError, ExitCode


class CodeCrashError(BekenlabError):
    """The code accessed unmapped memory, wrote to unwritable memory, or is not valid code."""

    code = "code-crash"
    exit_code = ExitCode.INPUT


class DeviceModelError(BekenlabError):
    """A device model failed; the register is named. This is a bug in bekenlab."""

    code = "device-model"
    exit_code = ExitCode.INTERNAL


class SnapshotError(BekenlabError):
    """A snapshot file is damaged, of another version, or of another chip."""

    code = "snapshot"
    exit_code = ExitCode.INPUT
