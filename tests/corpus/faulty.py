"""A process that reads files for a worker, and does with some of them what it never should."""

import os
import signal
import sys
import time
from pathlib import Path

from bekenlab.corpus.reading import Content, Request, serve
from bekenlab.jobs.corpus.read import read

HUNGRY = 300 << 20


def faulty(request: Request) -> list[Content]:
    name = Path(request.item.path).name
    if name.startswith("dies"):
        os.kill(os.getpid(), signal.SIGKILL)
    if name.startswith("exits"):
        os._exit(3)
    if name.startswith("hangs"):
        time.sleep(600)
    if name.startswith("eats"):
        kept = [b"x" * HUNGRY]
        time.sleep(600)
        del kept
    if name.startswith("slow"):
        time.sleep(0.2)
    return list(read(request))


if __name__ == "__main__":
    serve(faulty, int(sys.argv[1]))
