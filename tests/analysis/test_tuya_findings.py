"""Several places say what the pins are: which is believed, and what is said when they differ."""

import pytest

from analyses import (
    KEY,
    OEM_CFG,
    PROTECTED,
    STORAGE,
    codes,
    oem_cfg,
    protected,
    real,
    storage,
    study,
    with_regions,
)
from bekenlab.analysis.model import Analysis
from bekenlab.pins.model import Source
from bekenlab.samples import build_sample
from bekenlab.tuya.storage.encode import encode_storage

ON_26 = b"{rl1_pin:26,rl1_lv:1,bt1_pin:10,bt1_lv:0,module:CB2S,}"
ON_24 = ON_26.replace(b"rl1_pin:26", b"rl1_pin:24")
ARLEC = "bk7231n-tuya-arlec-razer-rgbstrip-pwm-tuyaos-3.3.44"


def relay(analysis: Analysis) -> int:
    [pin] = [pin for pin in analysis.pins.pins if pin.role == "Rel"]
    return pin.gpio


def disputes(analysis: Analysis) -> list[str]:
    return [n.message for n in analysis.notices if n.code == "sources-disagree"]


def test_storage_is_believed_before_the_plain_copy_and_the_difference_is_told() -> None:
    analysis = study(with_regions(storage(user_param_key=ON_26) | oem_cfg(ON_24)))
    assert (analysis.tuya.source, relay(analysis)) == (Source.STORAGE, 26)
    [message] = disputes(analysis)
    assert "storage and oem_cfg" in message
    assert "P26" in message
    assert "P24" in message


def test_a_different_active_level_is_a_difference_too() -> None:
    other = ON_26.replace(b"rl1_lv:1", b"rl1_lv:0")
    [message] = disputes(study(with_regions(storage(user_param_key=ON_26) | oem_cfg(other))))
    assert "active high" in message
    assert "active low" in message


def test_sources_that_agree_confirm_each_other_silently() -> None:
    regions = storage(user_param_key=ON_26) | oem_cfg(ON_26) | protected(user_param_key=ON_26)
    analysis = study(with_regions(regions))
    assert disputes(analysis) == []
    for pin in analysis.pins.pins:
        said = [evidence.source for evidence in pin.evidence]
        assert said == [Source.STORAGE, Source.PROTECTED, Source.OEM_CFG]


def test_the_protected_block_comes_before_the_plain_copy() -> None:
    regions = storage(gw_bi=b"{}") | protected(user_param_key=ON_26) | oem_cfg(ON_24)
    analysis = study(with_regions(regions))
    assert (analysis.tuya.source, relay(analysis)) == (Source.PROTECTED, 26)
    assert disputes(analysis)


def test_without_storage_the_plain_copy_is_used() -> None:
    analysis = study(with_regions(oem_cfg(ON_24)))
    assert analysis.tuya.storage is None
    assert (analysis.tuya.source, relay(analysis)) == (Source.OEM_CFG, 24)


def damaged_storage(name: str = "user_param_key", value: bytes = ON_26) -> dict[int, bytes]:
    """A storage in which one value, and nothing else, fails its checksum."""
    region = bytearray(encode_storage({name: value}, inner_key=KEY))
    region[0x1000 + 2 * 128 + 16] ^= 1
    return {STORAGE: bytes(region)}


def test_damaged_parameters_in_storage_give_way_to_the_plain_copy() -> None:
    analysis = study(with_regions(damaged_storage() | oem_cfg(ON_26)))
    assert (analysis.tuya.source, relay(analysis)) == (Source.OEM_CFG, 26)
    [text] = [n.message for n in analysis.notices if n.code == "damaged-parameters"]
    assert "not used" in text
    assert analysis.problem is not None


def test_damaged_parameters_give_way_to_the_protected_block() -> None:
    analysis = study(with_regions(damaged_storage() | protected(user_param_key=ON_26)))
    assert (analysis.tuya.source, relay(analysis)) == (Source.PROTECTED, 26)
    assert "damaged-parameters" in codes(analysis)


def test_damaged_parameters_are_used_where_there_is_nothing_better_and_it_is_said() -> None:
    analysis = study(with_regions(damaged_storage()))
    assert analysis.tuya.source is Source.STORAGE
    [text] = [n.message for n in analysis.notices if n.code == "damaged-parameters"]
    assert "used nevertheless" in text


def test_a_real_dump_without_its_storage_and_plain_copy_falls_back_to_the_firmware() -> None:
    whole = real(ARLEC)
    assert whole.tuya.storage is not None
    assert whole.image is not None
    data = bytearray(whole.image.physical)
    data[whole.tuya.storage.start : whole.tuya.storage.end] = b"\xff" * 0x12000
    plain = study(bytes(data))
    assert plain.tuya.source is Source.OEM_CFG
    assert plain.pins.pins
    data[0x1D0000:] = b"\xff" * (len(data) - 0x1D0000)
    guessed = study(bytes(data))
    assert guessed.tuya.source is Source.FIRMWARE_DEFAULT
    assert "firmware-default-only" in codes(guessed)


def test_the_firmware_default_neither_confirms_nor_contradicts() -> None:
    analysis = real(ARLEC)
    sources = {said.source for said in analysis.tuya.statements}
    assert Source.FIRMWARE_DEFAULT in sources
    assert disputes(analysis) == []
    assert not any(
        said.source is Source.FIRMWARE_DEFAULT
        for pin in analysis.pins.pins
        for said in pin.evidence
    )


@pytest.mark.parametrize(
    ("name", "value", "baud"),
    [
        ("baud_cfg", b'{"baud":115200}', 115200),
        ("baud_cfg", b"{baud:9600,}", 9600),
        ("uart_adapt_params", b'{"uart_baud":4800}', 4800),
        ("uart_adapt_params", b'{"uart_baud":"9600"}', 9600),
        ("baud_cfg", b"{}", None),
        ("baud_cfg", b"\xff\xfe\xfd", None),
    ],
)
def test_the_baud_rate_of_a_second_controller(name: str, value: bytes, baud: int | None) -> None:
    analysis = study(with_regions(storage(**{name: value})))
    assert analysis.tuya.mcu_baud == baud
    assert any(pin.role.startswith("TuyaMCU") for pin in analysis.pins.pins) == bool(
        baud
    ) or "TuyaMCU" in str(analysis.pins.commands)


def test_the_environment_is_read_without_its_padding() -> None:
    analysis = study(with_regions(storage(em_sys_env=b"BK7231S_2M\0\0garbage")))
    assert analysis.tuya.environment == "bk7231s_2m"


def test_the_storage_alone_is_enough() -> None:
    """As a partition somebody cut out: addresses are offsets in the file."""
    analysis = study(with_regions(storage(user_param_key=ON_26))[STORAGE:])
    assert analysis.problem is None
    assert (analysis.tuya.source, relay(analysis)) == (Source.STORAGE, 26)
    assert analysis.tuya.storage is not None
    assert analysis.tuya.storage.start == 0
    assert "partial-dump" in codes(analysis)


def test_the_last_sectors_of_the_sample_tell_the_same_as_the_whole() -> None:
    part = study(build_sample()[OEM_CFG:])
    whole = study(build_sample())
    assert part.template == whole.template
    assert [block.address for block in part.tuya.protected] == [PROTECTED - OEM_CFG]


def test_a_damaged_value_is_not_believed() -> None:
    whole = b"{baud:9600,}".ljust(100, b" ")
    assert study(with_regions(storage(baud_cfg=whole))).tuya.mcu_baud == 9600
    damaged = study(with_regions(damaged_storage("baud_cfg", whole)))
    assert damaged.tuya.storage is not None
    assert not damaged.tuya.storage.values["baud_cfg"].ok
    assert damaged.tuya.mcu_baud is None


@pytest.mark.parametrize("shift", [1, 0x333, 0xFFF])
def test_a_part_cut_out_anywhere_tells_the_same(shift: int) -> None:
    part = study(build_sample()[OEM_CFG - shift :])
    assert [said.source for said in part.tuya.statements] == [Source.STORAGE, Source.OEM_CFG]
    assert [block.address for block in part.tuya.protected] == [PROTECTED - OEM_CFG + shift]


def test_an_edited_configuration_is_told() -> None:
    edited = ON_26.replace(b",}", b",crc:1,}")
    assert "parameters-crc" in codes(study(with_regions(storage(user_param_key=edited))))


def test_a_pin_the_module_does_not_bring_out_is_told() -> None:
    text = ON_26.replace(b"rl1_pin:26", b"rl1_pin:9")
    assert "pin-not-on-module" in codes(study(with_regions(storage(user_param_key=text))))
    assert "pin-not-on-module" not in codes(study(with_regions(storage(user_param_key=ON_26))))
