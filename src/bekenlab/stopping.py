"""Asking a running job to stop: looked at between its steps, and between slices of a virtual chip.

An exception raised by a signal handler is not enough: where C code calls Python, as the processor
model does for every register, the exception is printed and dropped. So a request to stop stays, and
whoever runs for long or is about to change something asks for it with :func:`check`.

The request belongs to the context a job runs in (``contextvars``): Ctrl-C at the command line, a
button in the pages, nothing in the threads that serve a chip.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _never() -> None:
    """The check of a context in which nobody can ask for a stop."""


_check: ContextVar[Callable[[], None]] = ContextVar("check", default=_never)
_shielded: ContextVar[bool] = ContextVar("shielded", default=False)


def check() -> None:
    """Stop here if the running job has been asked to; costs less than a microsecond.

    Raises:
        BaseException: It has been; which one is up to whoever runs the job.
    """
    _check.get()()


@contextmanager
def stopped_by(asked: Callable[[], None]) -> Iterator[None]:
    """Within the block, :func:`check` calls ``asked``, which raises when the job has to stop."""
    token = _check.set(asked)
    try:
        yield
    finally:
        _check.reset(token)


def use(asked: Callable[[], None]) -> None:
    """Like :func:`stopped_by`, for the rest of this context: for a process with one purpose."""
    _check.set(asked)


class shield:  # noqa: N801  used like a function
    """Within the block, signal handlers only note the request and raise nothing.

    For code in which an exception would be lost (C code that calls Python) or would leave something
    half done (a file and its companion). It must be short. Call :func:`check` after it.
    """

    __slots__ = ("_token",)

    def __enter__(self) -> None:
        self._token: Token[bool] = _shielded.set(True)

    def __exit__(self, *_: object) -> None:
        _shielded.reset(self._token)


def shielded() -> bool:
    """Whether a signal handler must not raise now."""
    return _shielded.get()
