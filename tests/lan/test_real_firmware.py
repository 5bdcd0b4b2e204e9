"""What client and fake take for OpenBeken's is in OpenBeken's images, word for word."""

from __future__ import annotations

from functools import cache

import pytest

from bekenlab.image import read_image
from bekenlab.jobs.lan.ota_file import _BUILD
from bekenlab.lan.replies import _INFO_KEYS, parse_info
from bekenlab.tuya.firmware import identify
from lan.fake_firmware import Firmware
from shared import dump

IMAGES = {"BK7231N": "openbk7231n-qio-1.18.300", "BK7231T": "openbk7231t-qio-1.18.300"}
PATHS = (
    "api/info", "api/pins", "api/cmnd", "api/reboot", "api/flash/", "api/ota", "api/fsblock",
    "api/lfs/", "startup_command",
)  # fmt: skip
FORMATS = (
    "HTTP/1.1 %d OK\nContent-type: %s",
    'WWW-Authenticate: Basic realm="OpenBeken HTTP Server"',
    '{"error":%d, "msg":"%s"}',
    '{"success":%d, "msg":"%s"}',
    '{"%s":%d, "msg":"%s", "res":',
    '{"uptime_s":%d,',
    '"flags":"%ld",',
    '"shortName":"%s",',
    '{"rolenames":[',
    '],"channels2":[',
    '{"dir":"%s","content":[',
    "requested flash read out of range",
    "writelen < 0 or end > 0x200000",
    "aborting OTS, sector already non-null",
    "Unknown command",
)


@cache
def code(chip: str) -> bytes:
    app = read_image(dump(IMAGES[chip])).app
    assert app is not None
    return app


@pytest.mark.parametrize("chip", IMAGES)
def test_paths_and_formats_are_the_firmwares_own(chip: str) -> None:
    absent = [text for text in (*PATHS, *FORMATS) if text.encode() not in code(chip)]
    absent += [key for key in _INFO_KEYS if f'"{key}":'.encode() not in code(chip)]
    assert absent == []


@pytest.mark.parametrize("chip", IMAGES)
def test_the_fake_has_the_firmwares_names_of_roles(chip: str) -> None:
    names = Firmware(chip).role_names[1:]
    assert [name for name in names if name.encode() + b"\0" not in code(chip)] == []


@pytest.mark.parametrize("chip", IMAGES)
def test_an_update_is_recognised_by_what_is_compiled_in(chip: str) -> None:
    """The build in the code is what the running firmware tells."""
    firmware = identify(code(chip))
    assert (firmware.name, firmware.version) == (f"Open{chip}", "1.18.300")
    build = _BUILD.search(code(chip))
    assert build is not None
    told = parse_info(f'{{"build":"{build[0].decode()}","chipset":"{chip}"}}')
    assert told.version == "1.18.300"
