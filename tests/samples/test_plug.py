"""The sample dump: reproducible, and as true as a real one."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import peers
from analyses import sample
from bekenlab.chips import chip
from bekenlab.image import EncryptionState
from bekenlab.pins.model import Polarity, Source
from bekenlab.samples import PARAMETERS, SAMPLE_NAME, build_sample

HIGH, LOW = Polarity.ACTIVE_HIGH, Polarity.ACTIVE_LOW
PROGRAM = (
    "import hashlib, bekenlab.samples as s; print(hashlib.sha256(s.build_sample()).hexdigest())"
)


def test_two_builds_in_separate_processes_are_the_same() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    ]
    assert runs == [hashlib.sha256(build_sample()).hexdigest()] * 2


def test_it_has_the_size_of_the_chip() -> None:
    assert len(build_sample()) == chip("BK7231N").flash_size == 0x200000
    assert SAMPLE_NAME.endswith(".bin")


def test_exactly_its_parameters_are_read_back() -> None:
    for statement in sample().tuya.statements:
        values = dict(statement.parameters.values)
        values.pop("crc", None)
        assert values == PARAMETERS
        assert statement.parameters.crc_ok
    assert {said.source for said in sample().tuya.statements} >= {Source.STORAGE, Source.OEM_CFG}


def test_its_six_pins_with_their_levels() -> None:
    assert [(pin.gpio, pin.role, pin.channel, pin.polarity) for pin in sample().pins.pins] == [
        (6, "BL0937CF1", 0, None),
        (7, "BL0937CF", 0, None),
        (8, "WifiLED", 0, LOW),
        (10, "Btn", 1, LOW),
        (24, "BL0937SEL", 0, HIGH),
        (26, "Rel", 1, HIGH),
    ]


def test_all_sources_agree_about_every_pin() -> None:
    for pin in sample().pins.pins:
        assert [said.source for said in pin.evidence] == [Source.STORAGE, Source.OEM_CFG]


def test_nothing_is_wrong_with_it() -> None:
    analysis = sample()
    assert analysis.notices == ()
    assert analysis.problem is None
    assert analysis.pins.not_understood == ()


def test_chip_module_and_firmware() -> None:
    analysis = sample()
    assert (analysis.chip.name, analysis.module) == ("BK7231N", "CB2S")
    assert analysis.firmware.name == "bekenlab_sample_plug"
    assert analysis.firmware.version == "1.0.0"


def test_every_container_is_intact_and_the_code_encrypted() -> None:
    image = sample().image
    assert image is not None
    assert [(p.name, p.start, p.end) for p in image.partitions] == [
        ("bootloader", 0, 0x11000),
        ("app", 0x11000, 0x129F70),
        ("download", 0x12A000, 0x1D0000),
    ]
    assert [part.container.ok for part in image.partitions if part.container] == [True, True]
    assert image.encryption.state is EncryptionState.TUYA
    assert not any(span.bad for span in image.spans)


def test_storage_and_protected_block_agree() -> None:
    tuya = sample().tuya
    assert tuya.storage is not None
    assert tuya.storage.bad_blocks == ()
    assert all(value.ok for value in tuya.storage.values.values())
    [block] = tuya.protected
    assert block.ok
    assert block.inner_key.reveal() == tuya.storage.inner_key.reveal()


def test_its_identity_can_be_nobodys() -> None:
    image = sample().image
    assert image is not None
    assert image.rf is not None
    assert image.rf.mac is not None
    assert int(image.rf.mac[:2], 16) & 0b11 == 0b10  # locally administered, one device


def test_another_program_reads_the_same_out_of_it(tmp_path: Path) -> None:
    """bk7231tools 2.1.2 is the oracle: written by others, for the same devices."""
    dump = tmp_path / "s.bin"
    dump.write_bytes(build_sample())
    out = tmp_path / "out"
    printed = peers.run("bk7231tools", "dissect_dump", "-e", "--storage", "-O", out, dump)
    assert "bootloader - [encoding_algorithm=NONE" in printed
    assert "app - [encoding_algorithm=NONE" in printed
    stored = json.loads((out / "s_storage.json").read_text())
    assert stored["gw_wsm"]["ssid"] == "sample-network"
    parameters = stored["user_param_key"]
    del parameters["crc"]
    assert parameters == PARAMETERS
    image = sample().image
    assert image is not None
    part = image.partition("app")
    assert part is not None
    assert part.container is not None
    size = part.container.header.raw_size  # what follows is padding, which it decrypts as well
    assert size > 1000
    app = (out / "s_app_1.00_decrypted.bin").read_bytes()
    assert app[:size] == image.app[:size]
