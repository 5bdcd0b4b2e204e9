"""The end of the guided path with a device in the network: what was written joins and is found."""

import re
import threading
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from air_devices import OBK_N, firmware
from bekenlab.analysis.inputs import unpack
from bekenlab.events import EventSink, ignore
from bekenlab.jobs.install.find import find_installed
from bekenlab.jobs.install.model import InstallReport, Search
from bekenlab.jobs.simulate import Served as ServedChip
from bekenlab.jobs.simulate import SimOptions, build_device, serve
from bekenlab.live.chip import LiveChip
from bekenlab.live.openings import LOOPBACK, Openings
from bekenlab.live.source import live_source
from bekenlab.machine.air import Air, Network, OurNetwork
from bekenlab.samples import build_sample
from web.serving import serving

LONG = 120_000
SSID, PASSWORD = "Zuhause", "nicht-zu-erraten"


class Device:
    """A chip at a serial port, which can be started in a network once it is written."""

    def __init__(self) -> None:
        self.port = ""
        self.over = threading.Event()
        self._chip = build_device("BK7231N", build_sample(), SimOptions())
        self._threads: list[threading.Thread] = []

    def connect(self) -> None:
        """Serve it at a port of its own."""
        ready = threading.Event()

        def opened(served: ServedChip) -> None:
            self.port = served.address
            ready.set()

        options = SimOptions(pty=True)
        self._begin(
            lambda: serve(
                self._chip, "BK7231N", options=options, opened=opened, stopped=self.over.is_set
            )
        )
        assert ready.wait(20)

    def find(
        self,
        report: InstallReport,
        /,
        *,
        skipped: Callable[[], bool] = lambda: False,
        events: EventSink = ignore,
    ) -> Search:
        """Start what is in its flash in a network of this name, and look for it as usual.

        Only the place is another: its page is reached at a port of this computer.
        """
        ready = threading.Event()
        reached: list[int] = []
        self._begin(lambda: self._run(reached, ready))
        assert ready.wait(120)
        networks = (IPv4Network(f"{LOOPBACK}/32"),)
        return find_installed(
            report, networks=lambda: networks, port=reached[0], skipped=skipped, events=events
        )

    def _run(self, reached: list[int], ready: threading.Event) -> None:
        air = Air()
        network = OurNetwork(air, Network(SSID.encode(), PASSWORD.encode()), [])
        openings = Openings(network)
        chip = LiveChip(live_source(unpack("flash.bin", self._chip.flash)[0]), air)
        reached.append(openings.to_chip(80))
        while not self.over.is_set():
            chip.run_to(chip.tick + chip.ticks(0.005))
            openings.poll()
            if network.chip_ip is not None:
                ready.set()
        openings.close()
        chip.close()

    def _begin(self, work: Callable[[], object]) -> None:
        thread = threading.Thread(target=work)
        thread.start()
        self._threads.append(thread)

    def stop(self) -> None:
        """End all that it does."""
        self.over.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def device() -> Iterator[Device]:
    made = Device()
    made.connect()
    yield made
    made.stop()


def test_the_path_ends_at_the_page_of_the_device(
    browser: Browser, device: Device, tmp_path: Path
) -> None:
    image = tmp_path / "OpenBK7231N_QIO_1.18.300.bin"
    image.write_bytes(firmware(OBK_N))
    with serving(tmp_path, (device.port,), find=device.find) as served:
        context = browser.new_context(locale="de-DE")
        page = context.new_page()
        page.goto(served.entrance)
        page.goto(f"{served.url}/guide?step=install&reached=install&port={device.port}")
        expect(page.locator("[data-on-port]")).to_contain_text(device.port)
        page.get_by_label("oder eine andere Datei").set_input_files(image)
        expect(page.get_by_label("Datei", exact=True)).to_contain_text(image.name)
        page.get_by_label("WLAN-Name").fill(SSID)
        page.get_by_label("WLAN-Passwort").fill(PASSWORD)
        page.get_by_label("Zuerst Probelauf").uncheck()
        page.get_by_role("button", name="Sichern und Plan erstellen").click()
        expect(page.locator(".question, .notice.bad:visible")).to_contain_text(
            "Das würde geschehen", timeout=LONG
        )
        page.get_by_role("button", name="Ausführen").click()
        page.get_by_role("button", name="Log nicht mitlesen").click(timeout=LONG)
        page.wait_for_url("**step=runs**", timeout=LONG)
        seen = page.locator("[data-seen]")
        expect(seen).to_contain_text("Es ist in Ihrem Netz.")
        expect(seen).to_contain_text(re.compile(r"Seine Adresse ist 127\.0\.0\.1:\d+\."))
        expect(page.locator(".path .here")).to_contain_text("Es läuft")
        with context.expect_page() as opened:
            seen.get_by_role("link", name="Weboberfläche des Geräts öffnen").click()
        expect(opened.value).to_have_title(re.compile("OpenBK7231N"), timeout=LONG)
        context.close()
