"""Runs another program's module unchanged, with a serial port it cannot open by itself.

Two things of pyserial are changed, nothing of the program:

* a port named by a URL is opened with ``serial_for_url`` (the programs call ``Serial``, which
  takes device names only);
* setting RTS and DTR of a pseudo terminal, which has none, does nothing instead of failing.

Usage: ``python peer.py MODULE ARGUMENTS...``
"""

import contextlib
import runpy
import sys
from typing import Any

import serial

_REAL: Any = serial.Serial


class _WithoutLines(_REAL):  # type: ignore[misc]
    def _update_rts_state(self) -> None:
        with contextlib.suppress(OSError):
            super()._update_rts_state()

    def _update_dtr_state(self) -> None:
        with contextlib.suppress(OSError):
            super()._update_dtr_state()


def _open(port: str | None = None, *arguments: Any, **options: Any) -> Any:
    if port and "://" in port:
        return serial.serial_for_url(port, *arguments, **options)
    return _WithoutLines(port, *arguments, **options)


if __name__ == "__main__":
    serial.Serial = _open  # type: ignore[misc, assignment]
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
