"""OpenBeken's page, loaded a thousand times: nothing piles up in the firmware, the air or here."""

from __future__ import annotations

import gc
import re
import tracemalloc

from air_devices import OBK_N, connected
from amounts import ALL

LOADS = 1000 if ALL else 60
_WARM = 20


def _free_heap(log: str) -> int:
    """What OpenBeken says of its heap, in its line of each second."""
    return int(re.findall(r"free (\d+)", log)[-1])


def test_page_loads_leave_nothing_behind() -> None:
    device = connected(OBK_N)
    for _ in range(_WARM):
        assert b"<title>" in device.get("/index")
    device.runner.run(6)
    gc.collect()
    tracemalloc.start()
    heap = _free_heap(device.chip._machine.log)
    before = tracemalloc.get_traced_memory()[0]
    sizes = set()
    for _ in range(LOADS):
        page = device.get("/index")
        assert page.endswith(b"</script>")
        sizes.add(len(page) // 100)
        device.frames.clear()
    device.runner.run(6)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(sizes) <= 2, "it is the same page"
    assert len(device.network.host._connections) == 0
    assert len(device.air._events) < 10
    assert _free_heap(device.chip._machine.log) >= heap - 512
    # The log and the record of edges grow up to their limits; nothing else may.
    assert grown < 4 << 20, grown
    device.chip.close()
