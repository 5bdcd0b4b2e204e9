"""Read flash over the network, in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.events import EventSink, Progress, ignore
from bekenlab.lan.device import CHUNK

if TYPE_CHECKING:
    from bekenlab.lan.device import Device


def read_range(
    device: Device, start: int, end: int, *, job: str, phase: str, events: EventSink = ignore
) -> bytes:
    """Read a range of flash.

    The server states neither length nor checksum; pieces of the wrong length are read again.

    Args:
        device: The device.
        start: First physical address.
        end: Physical address just past the last byte.
        job: Name of the job, for events.
        phase: Phase of the job, for events.
        events: Receives progress.
    """
    found = bytearray()
    for address in range(start, end, CHUNK):
        found += device.read_flash(address, min(CHUNK, end - address))
        events(Progress(job, phase, len(found), end - start))
    return bytes(found)
