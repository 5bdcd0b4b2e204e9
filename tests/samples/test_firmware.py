"""The sample's own firmware: its source, its binaries and the sample's parameters are one thing."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import bekenlab.samples
from bekenlab.samples import PARAMETERS

SOURCE = Path(__file__).resolve().parents[2] / "samples" / "firmware"
DATA = Path(bekenlab.samples.__file__).parent / "data"
BINARIES = ("app.bin", "loader.bin")
COMPILER = "12.2"


def main_c() -> str:
    return (SOURCE / "main.c").read_text("utf-8")


def test_the_table_in_the_source_is_the_samples_parameters() -> None:
    table = re.search(r"parameters\[\] = \{\n(.*?)\n\};", main_c(), re.DOTALL)
    assert table is not None
    rows = re.findall(r'\{"(\w+)", "([^"]*)"\}', table[1])
    assert len(rows) == table[1].count("{")
    assert rows == [(key, str(value)) for key, value in PARAMETERS.items()]


def test_the_pins_it_drives_are_those_it_prints() -> None:
    named = dict(re.findall(r"(RELAY|BUTTON|WIFI_LED) = (\d+)", main_c()))
    assert named == {
        "RELAY": str(PARAMETERS["rl1_pin"]),
        "BUTTON": str(PARAMETERS["bt1_pin"]),
        "WIFI_LED": str(PARAMETERS["netled1_pin"]),
    }


def _compiler() -> str | None:
    """Why the binaries cannot be rebuilt here, or None."""
    if shutil.which("arm-none-eabi-gcc") is None:
        return "needs Debian 12's gcc-arm-none-eabi"
    said = subprocess.run(
        ["arm-none-eabi-gcc", "-dumpfullversion"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return None if said.startswith(f"{COMPILER}.") else f"gcc {said} writes other bytes"


@pytest.mark.skipif(_compiler() is not None, reason=_compiler() or "")
def test_a_rebuild_gives_the_shipped_binaries_byte_for_byte(tmp_path: Path) -> None:
    # From a copy elsewhere, so that nothing of where it was built gets in.
    place = tmp_path / "somewhere" / "else"
    shutil.copytree(SOURCE, place)
    out = tmp_path / "out"
    subprocess.run(["sh", place / "build.sh", out], check=True, timeout=60)
    assert sorted(path.name for path in out.iterdir()) == sorted(BINARIES)
    for name in BINARIES:
        assert (out / name).read_bytes() == (DATA / name).read_bytes(), name


@pytest.mark.parametrize("name", BINARIES)
def test_the_binaries_name_no_place_of_the_builders_computer(name: str) -> None:
    binary = (DATA / name).read_bytes()
    assert 0 < len(binary) < 4096
    texts = re.findall(rb"[\x20-\x7e]{4,}", binary)
    assert [
        text for text in texts if re.search(rb"(?:^|[\s\"'=])/\w|[A-Z]:\\|\.[chSo]$", text)
    ] == []


def test_nothing_but_the_binaries_is_shipped() -> None:
    assert sorted(path.name for path in DATA.iterdir()) == sorted(BINARIES)
