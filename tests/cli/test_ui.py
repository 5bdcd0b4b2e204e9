"""``bekenlab ui`` as a user starts and ends it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cli.program import COMMAND, bekenlab, environment, from_scratch

LONG = 30


@contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command, and the address it printed before anybody pressed anything."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [*COMMAND, "ui", "--no-browser", "--listen", f"127.0.0.1:{port}", *options],
        env=environment() | {"HOME": str(folder), "XDG_DATA_HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def test_the_printed_address_opens_the_pages(tmp_path: Path) -> None:
    with running(tmp_path) as (_, address):
        assert address.startswith("http://127.0.0.1:")
        assert httpx.get(address.partition("?")[0], timeout=LONG).status_code == 401
        with httpx.Client(follow_redirects=True, timeout=LONG) as browser:
            answer = browser.get(address)
    assert answer.status_code == 200
    assert "token" not in str(answer.url)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_in_order_though_a_page_listens_and_a_job_runs(
    tmp_path: Path, number: signal.Signals
) -> None:
    with running(tmp_path) as (process, address):
        url, _, token = address.partition("/?token=")
        headers = {"authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=headers, timeout=LONG) as script:
            (dump,) = script.post("/api/sample").json()["dumps"]
            port = script.post("/api/virtual", json={"dump": dump["id"], "paced": True}).json()
            job = script.post("/api/jobs", json={"kind": "backup", "port": port["port"]}).json()
            with script.stream("GET", f"/api/jobs/{job['id']}/events") as listening:
                next(listening.iter_bytes())
                process.send_signal(number)
                assert process.wait(timeout=LONG) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def test_what_is_named_in_the_terminal_is_offered(tmp_path: Path) -> None:
    with running(tmp_path, "--port", "socket://127.0.0.1:9") as (_, address):
        url, _, token = address.partition("/?token=")
        headers = {"authorization": f"Bearer {token}"}
        ports = httpx.get(f"{url}/api/ports", headers=headers, timeout=LONG).json()["ports"]
    assert {"id": "socket://127.0.0.1:9", "job": None, "kind": "named"}.items() <= next(
        row.items() for row in ports if row["kind"] == "named"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="browsers are started otherwise there")
def test_the_browser_is_started_without_the_token_on_its_command_line(tmp_path: Path) -> None:
    """Every user of a computer can read the command lines of all programs."""
    told, browser = tmp_path / "told", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" > {told}.part\nmv {told}.part {told}\n')
    browser.chmod(0o700)
    variables = {
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path),
        "BROWSER": f"{browser} %s",
    }
    process = subprocess.Popen(
        [*COMMAND, "ui", "--listen", "127.0.0.1:0"],
        env=environment() | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        end = time.monotonic() + LONG
        while not told.exists() and time.monotonic() < end:
            time.sleep(0.05)
        given = told.read_text().strip()
        file = Path(given.removeprefix("file://"))
        assert "token" not in given
        assert address in file.read_text("utf-8")
        assert file.stat().st_mode & 0o077 == 0
        process.terminate()
        assert process.wait(timeout=LONG) == 0
        assert not file.exists()
    finally:
        process.kill()
        process.communicate()


def test_others_cannot_be_served() -> None:
    run = bekenlab("ui", "--no-browser", "--listen", "0.0.0.0:7231")
    assert run.status == 2
    assert "code listen" in run.err


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = bekenlab("ui", "--no-browser", "--listen", f"127.0.0.1:{taken.getsockname()[1]}")
    assert run.status == 2
    assert "code listen" in run.err


@pytest.mark.parametrize("name", ["starlette", "uvicorn", "jinja2"])
def test_what_is_not_installed_is_told_with_the_command_for_it(tmp_path: Path, name: str) -> None:
    """A package that is not there, as Python sees it."""
    (tmp_path / "sitecustomize.py").write_text(
        f"import sys\nsys.modules[{name!r}] = None\n", encoding="utf-8"
    )
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    run = from_scratch("ui", "--no-browser", variables={"PYTHONPATH": paths})
    assert run.status == 8
    assert name in run.err
    assert "pip install 'bekenlab[web]'" in run.err
