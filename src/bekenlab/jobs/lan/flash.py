"""Reading flash over the network: in pieces, each as often as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.events import EventSink, Progress, ignore
from bekenlab.lan.device import CHUNK

if TYPE_CHECKING:
    from bekenlab.lan.device import Device


def read_range(
    device: Device, start: int, end: int, *, job: str, phase: str, events: EventSink = ignore
) -> bytes:
    """Flash from one physical address up to another.

    The server tells neither length nor checksum; pieces of the wrong length are asked for again.

    Args:
        device: The device.
        start: First address.
        end: Address behind the last.
        job: For events.
        phase: For events: which part of the job.
        events: Told how far it has got.
    """
    found = bytearray()
    for address in range(start, end, CHUNK):
        found += device.read_flash(address, min(CHUNK, end - address))
        events(Progress(job, phase, len(found), end - start))
    return bytes(found)
