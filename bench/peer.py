"""Runs bk7231tools or ltchiptool as it is, on a port that may be a pseudo terminal.

Both pull RTS and DTR without looking whether there are any, which a pseudo terminal has not; that
one failure is passed over here. Nothing else is changed.

    python bench/peer.py bk7231tools read_flash ...
"""

from __future__ import annotations

import runpy
import sys
from contextlib import suppress

import serial


def forgiving(name: str) -> None:
    """Let a method of pyserial's port pass over an OSError."""
    real = getattr(serial.Serial, name)

    def method(port: serial.Serial) -> None:
        with suppress(OSError):
            real(port)

    setattr(serial.Serial, name, method)


if __name__ == "__main__":
    forgiving("_update_rts_state")
    forgiving("_update_dtr_state")
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
