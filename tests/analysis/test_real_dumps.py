"""All real dumps, whole: against ``expected/*.json``."""

import hashlib
import json
import re

import pytest

from analyses import codes, real
from bekenlab.pins.model import Source
from bekenlab.tuya.firmware import FirmwareKind
from shared import dump, dump_names, expected

# The boot loaders by the names of the expected results.
LOADERS = {
    "N_1.0.1": "BK7231N 1.0.1",
    "T(S)_1.0.3": "BK7231T 1.0.3",
    "T(S)_1.0.5": "BK7231T 1.0.5",
    "T(S)_1.0.6": "BK7231T 1.0.6",
    "7238_1.0.14": "BK7238 1.0.14",
}
ONLY_A_PARTITION = "bk7231t-tuyaconfig-pc44ha"
WITHOUT_PINS = {
    "second-controller",
    "foreign-firmware",
    "openbeken-config",
    "openbeken-without-config",
    "no-parameters",
}
DEFAULT_ONLY = "daybetter-flsl501115wifity-rgb-led-strip"


def parameters_text(name: str) -> str | None:
    keys = (expected(name).get("storage") or {"keys": {}})["keys"]
    return keys["user_param_key"]["value"] if "user_param_key" in keys else None


@pytest.mark.parametrize("name", dump_names())
def test_every_stored_key_is_there_with_length_and_hash(name: str) -> None:
    facts = expected(name).get("storage")
    storage = real(name).tuya.storage
    found = {
        key: (len(value.value), hashlib.sha256(value.value).hexdigest(), value.ok)
        for key, value in (storage.values.items() if storage else ())
    }
    keys = facts["keys"].items() if facts else ()
    assert found == {key: (fact["length"], fact["sha256"], True) for key, fact in keys}


@pytest.mark.parametrize("name", dump_names())
def test_parameters_module_and_source(name: str) -> None:
    text = parameters_text(name)
    analysis = real(name)
    if text is None:
        source = Source.FIRMWARE_DEFAULT if name == DEFAULT_ONLY else None
        assert analysis.tuya.source is source
        return
    assert analysis.tuya.source is Source.STORAGE
    assert analysis.tuya.parameters is not None
    assert analysis.tuya.parameters.crc_ok
    # A plain reading of the text, by other means than the parser under test.
    stated = dict(re.findall(r"(\w+):([^,{}\[\]]*),", text))
    values = analysis.tuya.parameters.values.items()
    read = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values}
    assert {key: read.get(key) for key in stated} == stated
    assert analysis.module == stated["module"]
    assert analysis.pins.pins


@pytest.mark.parametrize("name", dump_names())
def test_the_boot_loader_names_the_chip(name: str) -> None:
    loader = LOADERS.get(expected(name)["image"]["boot"] or "")
    image = real(name).image
    assert image is not None
    if loader:
        assert image.loader is not None
        assert image.loader.known is not None
        assert image.loader.known.name == loader
        assert real(name).chip.name == loader.split()[0]


@pytest.mark.parametrize("name", dump_names())
def test_every_header_of_a_partition_is_found_and_proven(name: str) -> None:
    image = real(name).image
    assert image is not None
    stated = {(row["name"], row["ver"]) for row in expected(name)["image"]["rbl"]}
    found = {
        (part.container.header.name, part.container.header.version)
        for part in image.partitions
        if part.container
    }
    assert found <= stated
    assert {row for row in stated if row[0] == "app"} <= found
    assert all(part.container.ok for part in image.partitions if part.container)


@pytest.mark.parametrize("name", dump_names())
def test_whose_firmware_it_is(name: str) -> None:
    kind = real(name).firmware.kind
    if name.startswith("openbk"):
        assert kind is FirmwareKind.OPENBEKEN
    elif name.startswith("bl2028n"):
        assert kind is FirmwareKind.OTHER
    else:
        assert kind is FirmwareKind.TUYA


@pytest.mark.parametrize("name", dump_names())
def test_no_real_dump_is_called_damaged_or_unknown(name: str) -> None:
    analysis = real(name)
    assert analysis.problem is None
    assert analysis.chip.name
    assert analysis.file.size == len(dump(name))
    said = set(codes(analysis))
    assert said - WITHOUT_PINS <= {"rotated-dump", "partial-dump", "firmware-default-only"}
    assert len(said & WITHOUT_PINS) == (not analysis.pins.pins), "one reason why there are no pins"


@pytest.mark.parametrize("name", dump_names())
def test_a_device_with_a_second_controller_has_its_baud_rate(name: str) -> None:
    assert (real(name).tuya.mcu_baud == 9600) == (
        "tuyamcu" in name and not name.startswith("openbk")
    )


def test_the_rotated_dump_is_found_and_turned_back() -> None:
    analysis = real("led-moon-18w-cct-kobi")
    assert analysis.image is not None
    assert analysis.image.rotation == 0x11000
    assert "rotated-dump" in codes(analysis)
    raw = dump("led-moon-18w-cct-kobi")
    assert analysis.image.physical == raw[-0x11000:] + raw[:-0x11000]
    assert analysis.image.loader is not None
    assert all(real(name).image.rotation == 0 for name in dump_names() if "moon" not in name)  # type: ignore[union-attr]


def test_a_partition_alone_is_enough_for_the_pins() -> None:
    analysis = real(ONLY_A_PARTITION)
    assert (analysis.chip.name, analysis.module) == ("BK7231T", "WB2S")
    assert len(analysis.pins.pins) == 7
    assert codes(analysis) == ["partial-dump"]


def test_the_firmware_default_is_used_last_and_with_a_warning() -> None:
    analysis = real(DEFAULT_ONLY)
    assert analysis.pins.pins
    assert "firmware-default-only" in codes(analysis)
    assert not any("module" in clue for clue in analysis.chip.evidence)
    others = [name for name in dump_names() if name != DEFAULT_ONLY]
    assert not any("firmware-default-only" in codes(real(name)) for name in others)
