"""Virtual devices whose jobs take long enough to be watched, stopped, or cut off."""

import random

from bekenlab.samples import build_sample
from web.serving import Served


def full() -> bytes:
    """Firmware that takes a while to read or write."""
    content = bytearray(build_sample())
    content[0x12A000:0x160000] = random.Random(7).randbytes(0x160000 - 0x12A000)
    return bytes(content)


def pace(served: Served, port: str, *, paced: bool) -> None:
    """Make a virtual device as slow as a real one, or fast: nobody has time to wait."""
    object.__setattr__(served.context.ports.find(port).device, "paced", paced)
