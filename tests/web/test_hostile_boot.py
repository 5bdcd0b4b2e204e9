"""Firmware that floods, booted by the pages: it can be stopped at once."""

import time
from pathlib import Path

from hostile_firmware import PINS, says
from web.api import start, upload, wait_for, wait_until_told
from web.serving import serving

# Seconds; on an idle computer it takes a fifth of one, without the cure half a minute.
ONCE = 5.0
BANNER = b"< BUILD AT:2024_01_01 BY somebody FOR a_plug AT bk7231n >\n"


def test_a_boot_that_floods_the_page_with_pins_ends_within_a_second(tmp_path: Path) -> None:
    path = tmp_path / "pins.bin"
    path.write_bytes(says(PINS, first=b"< TUYA IOT SDK V:2.3.3 >\n"))
    with serving(tmp_path) as served, served.script() as script:
        dump = upload(script, path)
        job = start(script, "boot", dump=dump, to_the_end=True)
        wait_until_told(script, job, "line", "rl1_pin")
        time.sleep(2.0)  # time for what grows to grow
        began = time.monotonic()
        script.delete(f"/api/jobs/{job}")
        told = wait_for(script, job, "end")
        took = time.monotonic() - began
    assert told["state"] == "cancelled"
    assert took < ONCE
