"""The parts below the pages: lines that stop, jobs, files, ports, places to listen at."""

import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bekenlab.errors import (
    BusyError,
    CancelledJobError,
    ListenError,
    NotADumpError,
    NotFoundError,
    RefusedError,
    TooLargeError,
    UnsupportedError,
)
from bekenlab.flashing.backup_files import next_output
from bekenlab.flashing.connection import ConnectionOptions, open_chip
from bekenlab.flashing.places import Places
from bekenlab.link.unlock import unlocked
from bekenlab.samples import build_sample
from bekenlab.web.backups import Backups
from bekenlab.web.events import merge
from bekenlab.web.job import Job, State
from bekenlab.web.manager import JobManager
from bekenlab.web.ports import Ports
from bekenlab.web.server import Place, open_socket, parse_place
from bekenlab.web.transport import PacedTransport, StoppableTransport
from bekenlab.web.uploads import UploadStore


def until(true: Any) -> None:
    """Wait for something that happens in another thread."""
    end = time.monotonic() + 10
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


class Line:
    """A line in whose time nothing happens but what is asked for."""

    name = "line"
    lines = None
    baud = 115_200

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.seconds = 0.0
        self.closed = False

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def read(self, timeout: float) -> bytes:
        self.seconds += timeout
        return b""

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def close(self) -> None:
        self.closed = True


def test_a_stopped_line_raises_once_then_lets_last_words_through_then_raises_again() -> None:
    stopped = False

    def raise_if_stopped() -> None:
        if stopped:
            raise CancelledJobError("stopped")

    inner = Line()
    line = StoppableTransport(inner, raise_if_stopped)
    line.write(b"a")
    stopped = True
    assert line.read(0.1) == b"", "the answer to what was sent is still taken"
    with pytest.raises(CancelledJobError):
        line.write(b"b")
    line.write(b"protect flash again")
    line.sleep(10)
    with pytest.raises(CancelledJobError):
        line.write(b"c")
    assert inner.sent == [b"a", b"protect flash again"]
    line.set_baud(9600)
    assert (line.baud, line.lines, line.name) == (9600, None, "line")
    line.close()
    assert inner.closed


def test_a_second_on_a_paced_line_takes_a_second() -> None:
    clock = 100.0
    waited: list[float] = []

    def wait(seconds: float) -> None:
        nonlocal clock
        waited.append(seconds)
        clock += seconds

    line = PacedTransport(Line(), lambda: None, clock=lambda: clock, wait=wait)
    line.read(0.5)
    line.sleep(1.5)
    clock += 1.0  # the computer was slow: nothing is to be waited for
    line.read(0.5)
    assert waited == [0.5, 1.5]


def test_ranges_that_touch_are_one() -> None:
    assert merge([(4, 6), (0, 2), (2, 3), (5, 9)]) == [(0, 3), (4, 9)]


def test_a_fault_of_ours_is_told_as_one() -> None:
    def broken(job: Job) -> dict[str, Any]:
        raise ZeroDivisionError("oops")

    manager = JobManager()
    job = manager.start("broken", broken)
    until(lambda: job.ended)
    assert job.state is State.FAILED
    error = job.to_json()["error"]
    assert error["code"] == "internal"
    assert "ZeroDivisionError" in error["message"]


def wait_for_cancel(job: Job) -> dict[str, Any]:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        job.raise_if_cancelled()
        time.sleep(0.005)
    raise TimeoutError("nobody cancelled it")


def test_there_is_an_end_to_jobs_and_to_what_is_remembered() -> None:
    manager = JobManager()
    running = [manager.start("wait", wait_for_cancel) for _ in range(8)]
    with pytest.raises(RefusedError, match="8 jobs are already running"):
        manager.start("wait", wait_for_cancel)
    manager.close()
    assert all(job.state is State.CANCELLED for job in running)
    for _ in range(60):
        job = manager.start("quick", lambda _job: {})
        until(lambda job=job: job.ended)
    assert len(manager.jobs()) <= 51
    assert manager.get(running[0].id) is None


def test_a_question_waits_for_its_answer_and_for_no_other() -> None:
    manager = JobManager()
    job = manager.start("ask", lambda job: {"answer": job.ask("what", more=1)})
    until(lambda: job.to_json()["question"])
    question = job.to_json()["question"]
    assert question["about"] == "what"
    with pytest.raises(RefusedError):
        job.answer(question["number"] + 1, "wrong")
    job.answer(question["number"], {"x": 1})
    until(lambda: job.ended)
    assert job.to_json()["result"] == {"answer": {"x": 1}}
    assert '"question"' not in "".join(entry.text for entry in job.since(0)), "it is answered"


def test_many_can_listen_while_a_job_tells() -> None:
    job = Job("talk", "", None, time.monotonic())

    def talk() -> None:
        for number in range(3000):
            job.emit("line", n=number)

    told = threading.Thread(target=talk)
    told.start()
    seen: list[int] = []
    while told.is_alive() or job.since(seen[-1] if seen else 0):
        seen += [entry.number for entry in job.since(seen[-1] if seen else 0)]
    assert seen == list(range(1, 3001))


def test_the_store_of_uploads_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = UploadStore()
    (first,) = uploads.put("a.bin", build_sample())
    monkeypatch.setattr("bekenlab.web.uploads._MOST_BYTES", 3 << 20)
    with pytest.raises(BusyError):
        uploads.put("b.bin", build_sample())
    assert [dump.id for dump in uploads.dumps()] == [first.id], "nothing was lost"
    uploads.remove(first.id)
    uploads.put("b.bin", build_sample())
    with pytest.raises(NotFoundError):
        uploads.analysis(first.id)


def test_analyses_are_worked_out_again_when_they_were_let_go() -> None:
    uploads = UploadStore()
    made = [uploads.put(f"{n}.txt", b"{rl1_pin:%d}" % n)[0] for n in range(20)]
    for number, dump in enumerate(made):
        assert [pin.gpio for pin in uploads.analysis(dump.id).pins.pins] == [number]
    assert [pin.gpio for pin in uploads.analysis(made[0].id).pins.pins] == [0]


def virtual_ports(content: bytes, name: str = "plug.bin") -> tuple[Ports, str]:
    uploads, ports = UploadStore(), Ports(("socket://127.0.0.1:1",))
    (dump,) = uploads.put(name, content)
    return ports, ports.make_virtual(name, uploads.analysis(dump.id), paced=False).id


def test_what_is_written_to_a_virtual_device_stays() -> None:
    ports, port = virtual_ports(build_sample())
    assert "socket://127.0.0.1:1" in [offer.id for offer in ports.offers()]
    bench = ConnectionOptions(port="x", open_port=ports.opener(ports.find(port), lambda: None))
    with open_chip(bench, "test") as link, unlocked(link.target):
        link.target.erase_sector(0x150000)
        link.target.program_sector(0x150000, b"\x00" * 4096)
    with open_chip(bench, "test") as link:
        assert link.target.read_sector(0x150000) == b"\x00" * 4096
    device = ports.find(port).device
    assert device is not None
    assert device.flash[0x150000:0x151000] == b"\x00" * 4096
    ports.remove(port)
    with pytest.raises(NotFoundError):
        ports.find(port)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"{rl1_pin:26,module:CB2S}", UnsupportedError),
        (build_sample() + b"\x55" * (4 << 20), TooLargeError),
        (b"\xff" * 4096, UnsupportedError),
    ],
)
def test_not_every_file_makes_a_device(content: bytes, error: type[Exception]) -> None:
    with pytest.raises((error, NotADumpError)):
        virtual_ports(content)


def test_there_is_an_end_to_virtual_devices() -> None:
    uploads, ports = UploadStore(), Ports()
    (dump,) = uploads.put("plug.bin", build_sample())
    analysis = uploads.analysis(dump.id)
    for _ in range(16):
        ports.make_virtual("plug.bin", analysis, paced=False)
    with pytest.raises(RefusedError):
        ports.make_virtual("plug.bin", analysis, paced=False)


def test_backups_have_names_of_their_own_and_survive_odd_neighbours(tmp_path: Path) -> None:
    ports, port = virtual_ports(build_sample())
    folder = tmp_path / "backups"
    folder.mkdir()
    places = Places(tmp_path / "state", folder)
    kept = Backups(places)
    now = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    bench = ConnectionOptions(port="x", open_port=ports.opener(ports.find(port), lambda: None))
    with open_chip(bench, "test") as link:
        first = next_output(folder, link.target.identity, now)
        assert first.name == "BK7231N-20260102-030405.bin"
        first.write_bytes(b"x")
        (folder / "odd.bin.journal").write_text("no journal")
        (folder / "list.bin.journal").write_text("[]\n")
        assert (
            next_output(folder, link.target.identity, now).name == "BK7231N-20260102-030405-2.bin"
        )
    (folder / f"{first.name}.json").write_text('["no manifest"]')
    places.known.add(first)
    backup = kept.of(first)
    assert (backup.size, backup.chip, backup.made) == (1, "", "")
    assert kept.get(backup.id).path == first.resolve()
    first.unlink()
    with pytest.raises(NotFoundError):
        kept.get(backup.id)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:80", ("127.0.0.1", 80)),
        ("localhost:7000", ("127.0.0.1", 7000)),
        ("[::1]:7000", ("::1", 7000)),
        (":7000", ("127.0.0.1", 7000)),
    ],
)
def test_a_place_on_this_computer(text: str, place: tuple[str, int]) -> None:
    found = parse_place(text)
    assert (found.host, found.port) == place
    assert found.exact


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0:80",
        "192.168.1.2:80",
        "example.org:80",
        "[::]:80",
        "127.0.0.2:80",  # of this computer, but the gates would refuse what is asked there
        "x",
        "",
        "127.0.0.1:",
        ":99999",
        ":" + "9" * 5000,
        ":\u0668\u0660",
    ],
)
def test_no_other_place(text: str) -> None:
    with pytest.raises(ListenError):
        parse_place(text)


def test_a_port_that_is_taken_is_told_or_the_next_one_is_used() -> None:
    with open_socket(Place(port=0, exact=True)) as first:
        port = first.getsockname()[1]
        with pytest.raises(ListenError, match="cannot listen"):
            open_socket(Place(port=port, exact=True))
        with open_socket(Place(port=port)) as second:
            assert second.getsockname()[1] != port
