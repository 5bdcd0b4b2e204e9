"""An update of genuine OpenBeken over the air, unpacked as its boot loader does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from air_devices import OBK_N, connected, firmware
from bekenlab.image import ota, read_image
from bekenlab.jobs.lan.copies import Copies
from bekenlab.jobs.lan.ota import plan_ota, run_ota
from bekenlab.jobs.lan.ota_file import read_ota

if TYPE_CHECKING:
    from pathlib import Path


def test_the_device_runs_the_new_firmware_byte_for_byte(tmp_path: Path) -> None:
    package = tmp_path / "OpenBK7231N.rbl"
    package.write_bytes(firmware("images/OpenBeken-v1.18.219_bk7231n.ug"))
    device = connected(OBK_N)
    client = device.client()
    copies = Copies(tmp_path / "kept", lambda: datetime(2026, 1, 2, tzinfo=UTC))
    report = run_ota(client, plan_ota(client, read_ota(package)), copies)
    assert report.info.version == "1.18.219"
    code = ota.unpack(ota.strip_ug(package.read_bytes())).code
    app = read_image(device.chip._machine.flash).app
    assert app is not None
    assert app[: len(code)] == code
    device.chip.close()
