"""The configuration sector: every field, exact round trips, limits, and what is refused."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.chips import SECTOR, chips
from bekenlab.errors import BadValueError, NoConfigError, UnsupportedError
from bekenlab.openbeken.config import (
    VERSIONS,
    Config,
    Kind,
    all_fields,
    decode_config,
    empty_config,
    find_config,
    find_field,
    layout,
    locate,
    new_config,
    parse,
)
from bekenlab.openbeken.config.checksum import crc8
from bekenlab.openbeken.config.edit import Changes, make_config
from bekenlab.openbeken.config.values import pack
from bekenlab.openbeken.settings import PinSetting
from bekenlab.openbeken.start_values import command_with_start_values, take_start_values
from bekenlab.secret import Secret
from bekenlab.web.texts import texts
from shared import dump, dump_names

if TYPE_CHECKING:
    from bekenlab.openbeken.config import Value

REAL = [name for name in dump_names() if "obkstartupcommand" in name] or ["no-dumps-here"]
UNIQUE = bytes.fromhex("1a2b3c4d")


def made(**values: Value) -> Config:
    return new_config(chip="BK7231N", unique=UNIQUE, values=values)


@pytest.mark.parametrize("name", REAL)
def test_a_real_configuration_is_read_and_written_byte_for_byte(name: str) -> None:
    data = dump(name)
    found = find_config(data)
    sector = data[found.offset : found.offset + SECTOR]
    config = found.config
    assert config.encode() == sector
    # And from its fields alone: set in an empty one, with the bytes that belong to none.
    again = bytearray(empty_config(config.version).body)
    for field in config.layout.fields.values():
        end = field.offset + field.size
        again[field.offset : end] = pack(field, config.value(field.name))
    for start, end in config.layout.gaps():
        again[start:end] = config.body[start:end]
    assert Config(config.layout, bytes(again), config.rest).encode() == sector


def test_openbekens_other_images_carry_none() -> None:
    for name in dump_names():
        if name.startswith("openbk") and name not in REAL:
            with pytest.raises(NoConfigError):
                find_config(dump(name))


@pytest.mark.parametrize("name", REAL)
def test_the_startup_command_a_file_is_named_after_is_found(name: str) -> None:
    expected = {
        "setpinrolepwm3700": "backlog PWMFrequency 3700",
        "bl0942": "startDriver BL0942",
        "tuyamcu": "startDriver TuyaMCU",
        "uartconsole": "echo StartupBeforeConsole",
    }
    config = find_config(dump(name)).config
    assert str(config.value("startup_command")).startswith(expected[name.rpartition("-")[2]])
    assert (config.value("flags") == frozenset({31})) == name.endswith("uartconsole")


# Offsets of src/new_pins.h that do not follow from our table.
@pytest.mark.parametrize(
    ("name", "value", "offset", "raw"),
    [
        ("wifi_ssid", Secret(b"net"), 0x014, b"net\0"),
        ("mqtt_port", 0x1234, 0x294, b"\x34\x12\0\0"),
        ("flags", frozenset({0, 33}), 0x008, b"\1\0\0\0\2\0\0\0"),
        ("start_values", (-1,) * 64, 0x3DE, b"\xff" * 128),
        ("static_ip", "192.168.0.7", 0x527, b"\xc0\xa8\0\7"),
        ("led_gamma", 2.5, 0x548, struct.pack("<f", 2.5)),
        ("startup_command", "a\nb", 0x5E0, b"a\nb\0"),
        ("wifi_ssid2", Secret(b"two"), 0xC00, b"two\0"),
        ("web_password", Secret(b"door"), 0xC84, b"door\0"),
        ("mqtt_tls", 1, 0xCA5, b"\1"),
        ("boot_success_seconds", 9, 0x597, b"\x09"),
    ],
)
def test_fields_stand_where_openbeken_has_them(
    name: str, value: Value, offset: int, raw: bytes
) -> None:
    sector = made(**{name: value}).encode()
    assert sector[offset : offset + len(raw)] == raw
    read = decode_config(sector).value(name)
    assert read == value or (isinstance(read, Secret) and read.reveal() == raw.rstrip(b"\0"))


def test_pins_stand_in_three_columns() -> None:
    pins = (PinSetting(10, "Btn", 1, 2), PinSetting(26, "Rel_n", 3))
    sector = new_config(chip="BK7231N", unique=UNIQUE, pins=pins).encode()
    assert (sector[0x33E + 26], sector[0x35E + 26], sector[0x37E + 26]) == (2, 3, 0)
    assert (sector[0x33E + 10], sector[0x35E + 10], sector[0x37E + 10]) == (3, 1, 2)
    assert decode_config(sector).pins() == pins


def test_bk7252_has_48_pins_and_fields_that_lie_further_on() -> None:
    config = new_config(chip="BK7252", unique=UNIQUE, pins=[PinSetting(40, "Rel", 5)])
    sector = config.with_values({"ntp_server": "time", "static_ip": "1.2.3.4"}).encode()
    assert (sector[0x33E + 40], sector[0x36E + 40]) == (1, 5)
    assert sector[0x478 + 48 :].startswith(b"time\0")
    assert sector[0x527:].startswith(b"\1\2\3\4")
    assert decode_config(sector, "BK7252").pins() == (PinSetting(40, "Rel", 5),)
    with pytest.raises(BadValueError, match="P40"):
        made().with_pins([PinSetting(40, "Rel", 5)])


def test_versions_differ_in_size_and_fields() -> None:
    old = empty_config(3).with_values({"startup_command": "x" * 511})
    assert decode_config(old.encode()).version == 3
    assert old.encode()[0x7E0:] == b"\xff" * (SECTOR - 0x7E0)
    for name, since in (("wifi_ssid2", 4), ("web_password", 5)):
        for version in VERSIONS:
            assert (name in layout(version).fields) == (version >= since)
    with pytest.raises(BadValueError, match="came with version 4"):
        old.value("wifi_ssid2")
    with pytest.raises(BadValueError, match="at most 511 characters"):
        old.with_values({"startup_command": "x" * 512})


def test_fields_do_not_overlap_and_fit() -> None:
    for version in VERSIONS:
        for chip in (None, "BK7252"):
            place = layout(version, chip)
            end = 8
            for field in place.fields.values():
                assert field.offset >= end, field.name
                end = field.offset + field.size
            assert end <= place.size


def test_every_chip_has_a_layout_and_its_own_name_in_a_new_configuration() -> None:
    for chip in chips():
        config = new_config(chip=chip.name, unique=UNIQUE)
        assert config.value("long_name") == f"Open{chip.name}_1A2B3C4D"
        assert config.value("mqtt_client") == "obk1A2B3C4D"
        assert len(config.encode()) == SECTOR


def test_a_new_configuration_has_openbekens_defaults() -> None:
    config = made()
    assert config.version == 5
    assert config.value("flags") == frozenset({10})
    assert config.value("mqtt_port") == 1883
    assert config.value("boot_success_seconds") == 5
    assert [config.value(f"button_{each}") for each in ("short", "long", "repeat")] == [3, 10, 5]
    assert made(short_name="lamp").value("mqtt_client") == "lamp"


def test_a_change_changes_nothing_else() -> None:
    odd = bytearray(made().encode())
    odd[0x4C4:0x4D0] = b"unknown-data"  # belongs to no field
    odd[0xE00:0xE04] = b"tail"
    odd[3] = crc8(bytes(odd[4:0xE00]))
    before = decode_config(bytes(odd))
    after = before.with_values({"mqtt_host": "broker"}).encode()
    changed = [place for place in range(SECTOR) if after[place] != odd[place]]
    assert changed == [3, *range(0x094, 0x09A)]


def test_a_shorter_password_leaves_nothing_of_the_longer_one() -> None:
    long = made(wifi_password=Secret(b"a-very-long-password"))
    assert b"password" not in long.with_values({"wifi_password": Secret(b"12345678")}).encode()


def test_hidden_fields_do_not_print_themselves() -> None:
    config = made(wifi_ssid=Secret(b"my-net"), wifi_password=Secret(b"my-password"))
    for text in (repr(config), repr(config.values()), str(config.value("wifi_password"))):
        assert "my-net" not in text
        assert "my-password" not in text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("wifi_ssid", Secret(b"x" * 33), "at most 32 characters"),
        ("wifi_password", Secret(b"short"), "at least 8 characters"),
        ("wifi_password", Secret(b"zero\0byte"), "zero byte"),
        ("mqtt_port", 65536, "1 to 65535"),
        ("mqtt_port", "many", "cannot hold"),
        ("button_long", 256, "cannot hold"),
        ("button_long", 0, "1 or more"),
        ("led_map", (1, 2), "cannot hold"),
        ("static_ip", "1.2.3", "address"),
        ("static_ip", "1.2.3.256", "address"),
        ("no_such_field", 1, "no field"),
        ("startup_command", "echo \ud800", "half a surrogate pair"),
        ("short_name", "\udfff\ud800", "half a surrogate pair"),
    ],
)
def test_what_a_field_cannot_hold_is_refused(name: str, value: Value, said: str) -> None:
    with pytest.raises(BadValueError, match=said):
        made().with_values({name: value})


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("wifi_password", Secret(b"short"), "in full"),
        ("wifi_password", Secret(b"x" * 64), "more copied"),
        ("wifi_ssid", Secret(b"x" * 33), "more copied"),
        ("mqtt_host", "ü" * 200, "two bytes"),
    ],
)
def test_the_likely_cause_of_a_wrong_length_is_named(name: str, value: Value, hint: str) -> None:
    """A password that is too short has no space too many."""
    with pytest.raises(BadValueError) as caught:
        made().with_values({name: value})
    assert hint in caught.value.hint
    assert (texts("de").sentence(caught.value.hint) or "").count(" ") > 3


def test_a_refused_password_is_not_repeated() -> None:
    with pytest.raises(BadValueError) as caught:
        made(wifi_password=Secret(b"secret\n"))
    assert "secret" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("mqtt_port", "0x10", 16),
        ("led_map", "0,1,2,255,255", (0, 1, 2, 255, 255)),
        ("led_gamma", "2.4", 2.4),
        ("flags", "10, led-remember", frozenset({10, 12})),
        ("startup_command", r"a\nb\\c", "a\nb\\c"),
    ],
)
def test_typed_values_are_understood(name: str, text: str, value: Value) -> None:
    assert parse(find_field(name), text) == value


@pytest.mark.parametrize(("name", "text"), [("mqtt_port", "x"), ("flags", "64"), ("flags", "no")])
def test_typed_nonsense_is_refused(name: str, text: str) -> None:
    with pytest.raises(BadValueError):
        parse(find_field(name), text)


def test_the_checksum_is_that_of_a_signed_char() -> None:
    assert crc8(b"123456789", signed=False) == 0xA1  # the published check value of CRC-8/MAXIM
    assert crc8(b"\x80\0") != crc8(b"\x80\0", signed=False)


def damaged(sector: bytes, offset: int) -> bytes:
    return sector[:offset] + bytes([sector[offset] ^ 1]) + sector[offset + 1 :]


def test_damage_is_named() -> None:
    sector = made().encode()
    with pytest.raises(NoConfigError, match="damaged: checksum"):
        decode_config(damaged(sector, 0x300))
    with pytest.raises(NoConfigError, match="cut"):
        decode_config(sector[:2000])
    with pytest.raises(NoConfigError, match="this is not a configuration"):
        decode_config(b"CFG" + b"\xff" * 100)
    with pytest.raises(NoConfigError, match="not for a Beken chip"):
        decode_config(sector[:3] + bytes([crc8(sector[4:0xE00], signed=False)]) + sector[4:])
    with pytest.raises(UnsupportedError, match="version 6"):
        decode_config(sector[:4] + b"\6\0\0\0" + sector[8:])


def test_it_is_found_at_the_chips_address_first_and_anywhere_else_after() -> None:
    one, two = made(mqtt_host="one").encode(), made(mqtt_host="two").encode()
    flash = bytearray(b"\xff" * 0x200000)
    flash[0x5000:0x6000] = one
    assert find_config(bytes(flash)).offset == 0x5000
    flash[0x1E1000:0x1E2000] = two
    assert find_config(bytes(flash)).config.value("mqtt_host") == "two"
    flash[0x1D1000:0x1D2000] = one
    assert find_config(bytes(flash), "BK7231T").offset == 0x1E1000
    assert find_config(bytes(flash), "BK7231N").offset == 0x1D1000
    flash[0x1E1300] ^= 1
    assert find_config(bytes(flash), "BK7231T").offset == 0x1D1000, "damage hides nothing"
    with pytest.raises(NoConfigError, match="there is no configuration"):
        find_config(b"\xff" * 0x200000)


@given(st.binary(max_size=200), st.integers(0, 0xDFF))
def test_any_bytes_are_read_or_refused_and_written_as_they_were(noise: bytes, place: int) -> None:
    body = bytearray(made().encode())
    body[place : place + len(noise)] = noise
    body = bytearray(b"CFG" + b"\0" + b"\5\0\0\0") + body[8:SECTOR]
    body = body.ljust(SECTOR, b"\0")
    body[3] = crc8(bytes(body[4:0xE00]))
    config = decode_config(bytes(body))
    assert config.encode() == bytes(body)
    for field in config.layout.fields.values():
        if field.kind is not Kind.F32:
            value = config.value(field.name)
            meant = bytes(body[field.offset : field.offset + field.size])
            if field.kind is Kind.TEXT:
                meant = meant.partition(b"\0")[0].ljust(field.size, b"\0")
            assert pack(field, value) == meant


@given(st.binary(max_size=64))
def test_arbitrary_bytes_end_in_a_typed_error(noise: bytes) -> None:
    with pytest.raises((NoConfigError, UnsupportedError)):
        find_config(b"CFG" + noise)


def test_a_file_of_nothing_but_beginnings_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def counted(sector: bytes, chip: str | None) -> Config:
        tried.append(len(sector))
        return decode_config(sector, chip)

    monkeypatch.setattr(locate, "decode_config", counted)
    with pytest.raises(NoConfigError):
        find_config((b"CFG\0\5\0\0\0" + bytes(0xFF7) + b"x") * 512)
    assert len(tried) <= 64


def test_every_field_names_its_source_and_meaning() -> None:
    for field in all_fields():
        assert field.about
        assert set(field.source) <= set("SG")


def test_start_values_of_a_template_go_into_their_field() -> None:
    told = {"pins": {"26": "Rel;1"}, "command": "SetStartValue 1 -1\nstartDriver NTP"}
    config = make_config(told, Changes(), unique=b"1234", chip="BK7231N").config
    assert config.value("startup_command") == "startDriver NTP"
    starts = config.value("start_values")
    assert isinstance(starts, tuple)
    assert (len(starts), starts[:3]) == (64, (0, -1, 0))
    odd = "backlog SetStartValue 1 1; echo\nSetStartValue 64 1\nSetStartValue 1 99999"
    config = make_config({"command": odd}, Changes(), unique=b"1234", chip="BK7231N").config
    assert config.value("startup_command") == odd, "what is no single valid command stays"


def test_start_values_survive_the_way_through_a_template() -> None:
    assert command_with_start_values("echo", (0, -1, 0, 1)) == (
        "echo\nSetStartValue 1 -1\nSetStartValue 3 1"
    )
    assert command_with_start_values("", (0, 0)) == ""
    assert take_start_values("SetStartValue 1 -1\nSetStartValue 3 1") == ("", {1: -1, 3: 1})
