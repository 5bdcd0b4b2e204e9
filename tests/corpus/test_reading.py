"""How a worker and its helper talk."""

import io
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bekenlab.corpus.needs import needed
from bekenlab.corpus.reading import READY, Content, Request, receive, send, serve
from corpus.making import PLUG, item, path_of_tests


def test_what_is_sent_is_received_and_half_of_it_is_the_end() -> None:
    stream = io.BytesIO()
    send(stream, {"a": 1})
    whole = stream.getvalue()
    assert receive(io.BytesIO(whole)) == {"a": 1}
    for length in range(len(whole)):
        assert receive(io.BytesIO(whole[:length])) is None


def test_requests_are_answered_until_there_are_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(PLUG)
    asked = io.BytesIO()
    send(asked, Request(item(path), "", b"", "never", "never", 60))
    asked.seek(0)
    saved, (reader, writer) = os.dup(1), os.pipe()
    os.dup2(writer, 1)
    os.close(writer)
    monkeypatch.setattr("bekenlab.corpus.reading.sys.stdin", type("In", (), {"buffer": asked}))
    monkeypatch.setattr(
        "bekenlab.corpus.reading.sys.stdout", type("Out", (), {"fileno": lambda _: 1})()
    )
    monkeypatch.setattr(
        "bekenlab.corpus.reading.sys.stderr", type("Err", (), {"fileno": lambda _: 2})()
    )
    monkeypatch.setattr(
        "bekenlab.corpus.reading.threading.Thread", lambda **_: type("T", (), {"start": int})()
    )
    monkeypatch.setattr(
        "bekenlab.corpus.reading.faulthandler.dump_traceback_later", lambda *_, **__: None
    )
    try:
        serve(lambda request: [Content({"status": request.item.shown})], os.getppid())
    finally:
        os.dup2(saved, 1)
        os.close(saved)
    with os.fdopen(reader, "rb") as answers:
        assert receive(answers) == READY
        contents, seconds, memory = receive(answers)
    assert contents == [Content({"status": "a.txt"})]
    assert seconds >= 0
    assert memory > 1 << 20


@pytest.mark.skipif(sys.platform == "win32", reason="no parents there")
def test_a_helper_ends_with_its_worker(tmp_path: Path) -> None:
    path = tmp_path / "hangs.txt"
    path.write_bytes(PLUG)
    request = pickle.dumps(Request(item(path), "", b"", "never", "never", 60))
    code = (
        "import os, pickle, subprocess, sys\n"
        "from bekenlab.corpus.reading import send\n"
        "helper = subprocess.Popen([sys.executable, '-m', 'corpus.faulty', str(os.getpid())], "
        "stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)\n"
        f"send(helper.stdin, pickle.loads({request!r}))\n"
        "print(helper.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    environment = {**os.environ, "PYTHONPATH": path_of_tests()}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdin=-1, stdout=-1
    ) as worker:
        assert worker.stdout is not None
        helper = int(worker.stdout.readline())
        worker.kill()
    until = time.monotonic() + 30
    while is_running(helper):
        assert time.monotonic() < until
        time.sleep(0.1)


def is_running(process: int) -> bool:
    """Whether a process is there; one that only waits for its parent is not."""
    psutil = needed("psutil")
    try:
        return bool(psutil.Process(process).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
