"""An update of genuine OpenBeken over the air, unpacked by its genuine boot loader."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from air_devices import OBK_N, OBK_T, connected, firmware
from amounts import one_in
from bekenlab.image import ota, read_image
from bekenlab.jobs.lan.copies import Copies
from bekenlab.jobs.lan.ota import plan_ota, run_ota
from bekenlab.jobs.lan.ota_file import read_ota

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("chip", "name", "loader"),
    one_in(2, [("n", OBK_N, "V:BK7231N_1.0.1"), ("t", OBK_T, "V:BK7231S_1.0.5")]),
)
def test_the_device_runs_the_new_firmware_byte_for_byte(
    chip: str, name: str, loader: str, tmp_path: Path
) -> None:
    package = tmp_path / f"OpenBK7231{chip.upper()}.rbl"
    package.write_bytes(firmware(f"images/OpenBeken-v1.18.219_bk7231{chip}.ug"))
    device = connected(name)
    client = device.client()
    copies = Copies(tmp_path / "kept", lambda: datetime(2026, 1, 2, tzinfo=UTC))
    report = run_ota(client, plan_ota(client, read_ota(package)), copies)
    assert report.info.version == "1.18.219"
    code = ota.unpack(ota.strip_ug(package.read_bytes())).code
    assert loader in "".join(piece.text for piece in device.chip.log.since(0)[0])
    app = read_image(device.chip._machine.flash).app
    assert app is not None
    assert app[: len(code)] == code
    device.chip.close()
