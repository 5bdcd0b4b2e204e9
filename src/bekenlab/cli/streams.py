"""Standard streams that are closed, full, without a reader, or cannot show every character.

* Closed at the start (``>&-``): like ``/dev/null``.
* Its reader goes away (``| head -1``): the job is stopped as by Ctrl-C, with status 130.
* It cannot be written (a full disk): the job is stopped with the error ``file-access``.
* It cannot encode a character: the character is written as an escape.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from bekenlab.errors import file_access

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import ReadableBuffer

    Report = Callable[[BaseException], None]

_NAMES = ("stdin", "stdout", "stderr")
# Windows reports a pipe without a reader as an invalid argument.
_NO_READER = frozenset({errno.EPIPE, *((errno.EINVAL,) if sys.platform == "win32" else ())})


class ReaderGoneError(BaseException):
    """Nobody reads the output any more: the program stops as by Ctrl-C, without a word."""


class _Output(io.FileIO):
    """An output that reports why it cannot be written.

    Args:
        descriptor: Of the file.
        name: In words, for the message.
        report: Called with the error before it is raised, since it may be swallowed on its way.
    """

    def __init__(self, descriptor: int, name: str, report: Report) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._words = name
        self._report = report

    def write(self, data: ReadableBuffer, /) -> int:
        """See ``io.RawIOBase``."""
        try:
            return super().write(data)
        except OSError as error:
            lost: BaseException
            if error.errno in _NO_READER:
                lost = ReaderGoneError()
            else:
                lost = file_access(f"standard {self._words}", "written", error)
            self._report(lost)
            raise lost from error


def prepare(report: Report) -> None:
    """Make the standard streams usable, whatever they were at the start.

    Args:
        report: Called when one of the outputs can no longer be written, with the reason.
    """
    for number, name in enumerate(_NAMES):
        if getattr(sys, name) is None:
            setattr(sys, name, _nowhere(number))
    sys.stdout = _reporting(sys.stdout, "output", report)
    sys.stderr = _reporting(sys.stderr, "error", report)


def _nowhere(number: int) -> TextIO:
    """A stream to nowhere under the descriptor of a closed one.

    Otherwise the next file to be opened, such as a port, would become the standard stream.
    """
    opened = os.open(os.devnull, os.O_RDWR)
    if opened != number:
        os.dup2(opened, number)
        os.close(opened)
    return open(number, "w" if number else "r", encoding="utf-8", closefd=False)


def _reporting(stream: TextIO, name: str, report: Report) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):
        return stream  # somebody else's, such as a test's
    raw = getattr(stream.buffer, "raw", stream.buffer)
    if type(raw) is not io.FileIO:  # the console of Windows, which has an encoding of its own
        stream.reconfigure(errors="backslashreplace")
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(_Output(raw.fileno(), name, report)),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering or name == "error",
        write_through=stream.write_through,
    )


def finish() -> None:
    """Write what is left, as long as failing can still be reported.

    Raises:
        BaseException: It cannot be written; see ``prepare``.
    """
    sys.stdout.flush()
    sys.stderr.flush()


def silence() -> None:
    """Drop what could not be written: Python would try again when it ends, and complain."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _drop(stream)
        except BaseException:  # noqa: BLE001  what _Output raises was reported already
            _drop(stream)


def _drop(stream: TextIO) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
