"""The server is killed in the middle of a backup and of a write, and started again."""

import lzma
import random
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bekenlab.samples import build_sample
from bekenlab.testing import ServedChip
from cli.program import COMMAND, environment
from shared import shared

Shoot = Callable[[Page, str], None]
LONG = 60_000
BAR = "#connection"
NEXT = "[data-do] [data-primary]"
FILLED = slice(0x12A000, 0x13A000)


class Program:
    """``bekenlab ui`` at one TCP port, with one set of folders, as often as it is started."""

    def __init__(self, folder: Path, chip: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        words = ["ui", "--no-browser", "--listen", f"127.0.0.1:{port}", "--port", chip]
        self._command = [*COMMAND, *words]
        names = ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "LOCALAPPDATA")
        self._folders = {name: str(folder) for name in names}
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start it; the address it prints."""
        self._process = subprocess.Popen(
            self._command,
            env=environment() | self._folders,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def kill(self) -> None:
        """End it without a chance to clean up."""
        assert self._process is not None
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):
            self._process.communicate(timeout=10)


class Cable:
    """A TCP port that leads to another one, until it is pulled; the next opener plugs it in."""

    def __init__(self, address: str) -> None:
        host, _, port = address.partition("://")[2].rpartition(":")
        self._far = host, int(port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.address = f"rfc2217://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def pull(self) -> None:
        """Cut all that is connected."""
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.pull()
        for thread in self._threads:
            thread.join()
        for end in (*self._ends, self._server):
            end.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(self._far)
                self._ends += near, far
                for ends in ((near, far), (far, near)):
                    self._threads.append(threading.Thread(target=_carry, args=ends))
                    self._threads[-1].start()


def _carry(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):  # or the other direction would wait for ever
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def content(seed: int) -> bytes:
    """The sample, with something in it that takes a while to read and write."""
    found = bytearray(build_sample())
    found[FILLED] = random.Random(seed).randbytes(FILLED.stop - FILLED.start)
    return bytes(found)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="de-DE", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


def test_the_guided_path_survives_a_pulled_cable_and_two_killed_servers(
    page: Page, tmp_path: Path, shoot: Shoot
) -> None:
    """In the page that saw it happen. In between, the chip holds what it held before."""
    firmware = tmp_path / "OpenBK7231N_QIO_1.18.300.bin"
    packed = shared("dumps", "openbk7231n-qio-1.18.300.bin.xz")
    firmware.write_bytes(lzma.decompress(packed.read_bytes()))
    before = content(1)
    chip = ServedChip(before, paced=True)
    cable = Cable(chip.address)
    program = Program(tmp_path, cable.address)
    card, good = page.locator("[data-unfinished]"), page.locator("[data-job-outcome] .notice.good")
    try:
        page.goto(program.start())
        page.get_by_role("link", name="Beginnen").click()
        page.locator(f'input[value="{cable.address}"]').check()
        forward(page, "check")
        expect(good).to_be_visible(timeout=LONG)

        forward(page, "backup")
        expect(page.locator("[data-job-map] .read").nth(3)).to_be_attached(timeout=LONG)
        cable.pull()
        expect(page.locator("[data-job-outcome] .notice.bad")).to_be_visible(timeout=LONG)
        shoot(page, "guide-pulled")
        page.locator(NEXT).click()  # plugged in again
        expect(page.locator("[data-job-state]")).to_have_text("läuft")
        killed_at(page, program, "read")
        started_again(page, program.start())
        expect(card).to_contain_text("wurde unterbrochen")
        shoot(page, "killed-backup")
        card.get_by_role("button", name="Sicherung fortsetzen").click()
        expect(good).to_be_visible(timeout=LONG)
        expect(card).to_be_hidden()

        forward(page, "understand")
        forward(page, "install")
        page.locator("#install-file-new").set_input_files(firmware)
        expect(page.locator("#install-file")).to_contain_text(firmware.name)
        install(page)
        killed_at(page, program, "write")
        assert chip.flash != before
        started_again(page, program.start())
        expect(card).to_contain_text("wurde unterbrochen")
        card.get_by_role("button", name="Sicherung zurückspielen").click()
        page.locator(".question [data-yes]").click(timeout=LONG)
        expect(good).to_be_visible(timeout=LONG)
        expect(card).to_be_hidden()
        assert chip.flash == before

        page.reload()
        page.locator("#install-file-new").set_input_files(firmware)
        expect(page.locator("#install-file")).to_contain_text(firmware.name)
        install(page)
        # The whole write at the rate of a real line, on a computer that is busy with other tests.
        page.get_by_role("button", name="Log nicht mitlesen").click(timeout=4 * LONG)
        page.wait_for_url("**step=runs**", timeout=LONG)
        expect(page.locator("[data-seen]")).to_contain_text("sein Start wurde nicht beobachtet")
        shoot(page, "guide-unseen")
    finally:
        program.kill()
        cable.close()
        chip.close()


def forward(page: Page, step: str) -> None:
    page.locator(NEXT).click(timeout=LONG)
    page.wait_for_url(f"**step={step}**")


def install(page: Page) -> None:
    """Fill in no more than is needed, and agree to the plan."""
    page.locator("[name=rehearse]").uncheck()
    page.locator("[data-install] [type=submit]").click()
    page.locator(".question [data-yes]").click(timeout=LONG)


def killed_at(page: Page, program: Program, phase: str) -> None:
    """Kill the server when some of it is done; the page then claims nothing."""
    expect(page.locator(f"[data-job-map] .{phase}").nth(3)).to_be_attached(timeout=LONG)
    program.kill()
    expect(page.locator(BAR)).to_contain_text("nicht erreichbar")
    expect(page.locator("[data-job-state]")).to_have_text("unbekannt")


def started_again(page: Page, address: str) -> None:
    """The new address is opened in another tab; the page goes on."""
    expect(page.locator(BAR)).to_contain_text("Schlüssel nicht mehr gilt")
    other = page.context.new_page()
    other.goto(address)
    other.close()
    expect(page.locator(BAR)).to_contain_text("Die Verbindung steht wieder")
    expect(page.locator("[data-job-outcome]")).to_contain_text("ist nicht bekannt")
    expect(page.locator("[data-job-state]")).to_have_text("unbekannt")
