"""How long a page of OpenBeken takes through the bridge of `bekenlab run`.

    PYTHONPATH=src:tests BEKENLAB_SHARED=../shared python bench/air.py [--pages 100]

The chip runs as in `bekenlab run IMAGE --ap`, and a program requests `/index`, one page after the
other. *Wall* is from connecting to the last byte; *processor* is what the chip's process used for a
page, and changes less with what else the computer does. Exits with 1 when the target is missed.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from air_devices import OBK_N, firmware
from bekenlab.jobs.run import Heard, RunOptions, run
from bekenlab.live.online import NetworkChoice, NetworkKind

TARGET = 0.060
_WARM_UP = 5
_BROWSER = """
import http.client, sys, time
for _ in range(int(sys.argv[2])):
    began = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=60)
    connection.request("GET", "/index")
    connection.getresponse().read()
    print(time.perf_counter() - began)
    connection.close()
"""


class Client:
    """Requests pages from a process of its own, once the chip is in the network.

    Args:
        pages: How many are measured.

    Attributes:
        walls: Seconds of each page.
        processor: Processor seconds of this process per page.
        done: Set at the end.
    """

    def __init__(self, pages: int) -> None:
        self.walls: list[float] = []
        self.processor = 0.0
        self.done = threading.Event()
        self._pages = pages
        self._port = ""

    def listen(self, heard: Heard) -> None:
        """What the run tells."""
        if heard.kind == "page":
            self._port = heard.text.rpartition(":")[2].strip("/")
        elif heard.kind == "joined":
            threading.Thread(target=self._browse, daemon=True).start()

    def _browse(self) -> None:
        began, count = time.process_time(), self._pages + _WARM_UP
        command = [sys.executable, "-c", _BROWSER, self._port, str(count)]
        told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
        self.processor = (time.process_time() - began) / count
        self.walls = [float(line) for line in told.split()][_WARM_UP:]
        self.done.set()


def main() -> int:
    """Measure, print, and compare with the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100)
    client = Client(parser.parse_args().pages)
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "openbeken.bin"
        image.write_bytes(firmware(OBK_N))
        options = RunOptions(NetworkChoice(NetworkKind.ITS))
        run(image, options=options, listen=client.listen, stopped=client.done.is_set)
    walls = sorted(client.walls)
    wall = statistics.median(walls)
    spread = f"{walls[0] * 1000:.1f} to {walls[-1] * 1000:.1f} ms"
    print(f"wall       median {wall * 1000:5.1f} ms, {spread}, target {TARGET * 1000:.0f} ms")
    print(f"processor  {client.processor * 1000:5.1f} ms a page")
    return int(wall > TARGET)


if __name__ == "__main__":
    sys.exit(main())
