"""Commands in processes of their own, without the half second that loading the program takes.

``program()`` gives what to start instead of ``python -m bekenlab``. A server that has loaded all of
the program forks a process per command and gives it the caller's working directory, environment,
standard streams and signals. What a start itself does (imports, closed streams, encodings, memory)
is tested with ``REAL``.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import functools
import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from pathlib import Path
from typing import Any, NoReturn

REAL = [sys.executable, "-m", "bekenlab"]
_RELAYED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGWINCH")


@functools.cache
def program() -> list[str]:
    """The words that start the program; its arguments follow."""
    if not hasattr(os, "fork"):
        return REAL
    folder = Path(tempfile.mkdtemp(prefix="started-"))
    at = folder / "socket"
    server = subprocess.Popen([sys.executable, __file__, "serve", str(at)], stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"

    def end() -> None:
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return [sys.executable, "-S", "-E", __file__, "start", str(at)]


def start(at: str, words: list[str]) -> int:
    """Have the server run a command, relay signals to it, and return its status."""
    server = socket.socket(socket.AF_UNIX)
    server.connect(at)
    streams = array.array("i", [0, 1, 2])
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)
    order = json.dumps({"words": words, "folder": str(Path.cwd()), "variables": dict(os.environ)})
    server.sendmsg([len(order).to_bytes(4, "big")], [rights])
    server.sendall(order.encode())
    answers = server.makefile()
    started = int(answers.readline())
    for name in _RELAYED:
        signal.signal(getattr(signal, name), lambda number, _: os.kill(started, number))
    status = int(answers.readline())
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    return status


def serve(at: str) -> None:
    """Load the program, and fork a process for every connection."""
    _load()
    gc.freeze()  # what is loaded stays as it is, in memory that all share
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(at)
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    os.write(1, b"ready\n")
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            _watch_over(connection)
        connection.close()


def _load() -> None:
    import importlib
    import pkgutil

    import bekenlab.cli

    for module in pkgutil.walk_packages(bekenlab.__path__, "bekenlab."):
        if not module.name.endswith("__main__") and ".testing" not in module.name:
            importlib.import_module(module.name)


def _watch_over(connection: socket.socket) -> None:
    """Run one command, say which process it is and how it ended; end it if nobody waits for it."""
    head, rights, _, _ = connection.recvmsg(4, socket.CMSG_SPACE(3 * 4))
    streams = array.array("i")
    streams.frombytes(rights[0][2])
    order = b""
    while len(order) < int.from_bytes(head, "big"):
        order += connection.recv(1 << 16)
    child = os.fork()
    if child == 0:
        connection.close()
        _run(list(streams), json.loads(order))
    for stream in streams:
        os.close(stream)
    connection.sendall(f"{child}\n".encode())
    _end_if_nobody_waits(connection, child)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        connection.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _end_if_nobody_waits(connection: socket.socket, child: int) -> None:
    def watch() -> None:
        connection.recv(1)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _run(streams: list[int], order: dict[str, Any]) -> NoReturn:
    """Become the command."""
    for target, stream in enumerate(streams):
        os.dup2(stream, target)
    for stream in streams:
        os.close(stream)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["variables"])
    sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", 1 if os.isatty(1) else -1, encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", 1, encoding="utf-8", closefd=False)
    sys.argv = ["bekenlab", *order["words"]]
    from bekenlab.__main__ import run

    status = 1
    try:
        run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        if sys.exception() and not isinstance(sys.exception(), SystemExit):
            traceback.print_exc()
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    sys.exit(start(sys.argv[2], sys.argv[3:]))
