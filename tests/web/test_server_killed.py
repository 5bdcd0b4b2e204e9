"""The server is killed in the middle of a backup and of a write, and started again."""

import random
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bekenlab.samples import build_sample
from bekenlab.testing import ServedChip
from cli.program import COMMAND, environment

Shoot = Callable[[Page, str], Path]
LONG = 60_000
BAR = "#connection"
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


def test_what_was_cut_off_is_finished_and_put_back(
    page: Page, tmp_path: Path, shoot: Shoot
) -> None:
    """In the page that saw it happen. The chip holds in the end what it held before."""
    before, file = content(1), tmp_path / "new.bin"
    file.write_bytes(content(2))
    chip = ServedChip(before, paced=True)
    program = Program(tmp_path, chip.address)
    try:
        page.goto(program.start())
        page.get_by_role("link", name="Gerät verbinden").click()
        page.locator(f'input[value="{chip.address}"]').check()
        page.get_by_role("button", name="Sichern", exact=False).first.click()
        killed_at(page, program, "read")

        started_again(page, program.start())
        card = page.locator("[data-unfinished]")
        expect(card).to_contain_text("wurde unterbrochen")
        shoot(page, "killed-backup")
        page.locator(f'input[value="{chip.address}"]').check()
        card.get_by_role("button", name="Sicherung fortsetzen").click()
        expect(page.locator("[data-job-outcome] .notice.good")).to_be_visible(timeout=LONG)
        expect(card).to_be_hidden()

        page.locator("[data-action=write]").click()
        page.locator("#write-file-new").set_input_files(file)
        expect(page.locator("#write-file")).to_contain_text("new.bin")
        page.locator("[data-panel=write] [type=submit]").click()
        page.locator(".question [data-yes]").click(timeout=LONG)
        killed_at(page, program, "write")
        assert chip.flash != before

        started_again(page, program.start())
        expect(card).to_contain_text("Das Schreiben von new.bin (BK7231N) wurde unterbrochen")
        page.locator(f'input[value="{chip.address}"]').check()
        card.get_by_role("button", name="Sicherung zurückspielen").click()
        page.locator(".question [data-yes]").click(timeout=LONG)
        expect(page.locator("[data-job-outcome] .notice.good")).to_be_visible(timeout=LONG)
        expect(card).to_be_hidden()
        assert chip.flash == before
    finally:
        program.kill()
        chip.close()


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
