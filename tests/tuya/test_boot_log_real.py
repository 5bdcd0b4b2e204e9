"""Boot logs of real firmware against what storage holds, and of a real device."""

import re
from collections import Counter

import pytest

from bekenlab.tuya.boot_log.follow import BootLogReader
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.boot_log.redact import redact_log
from bekenlab.tuya.parameters.parser import parse_parameters
from bekenlab.tuya.storage.read import read_storage
from shared import ROOT, dump, expected, shared

NAMES = sorted(path.stem for path in ROOT.glob("data/bootlogs/*.log")) or ["no-logs-here"]
REAL_DEVICE = "real-device-emax-8774-wb2s"
# What the logs print of their configuration, and how many parameters are certainly whole.
PRINTED = {
    "bk7231n-lspa9-clone-first-bydarkman-topic3887748": ("key_list", 31),
    "bk7231n-tuya-plug-tsl-ps-f4u-01-w-1.1.17": ("key_list", 35),
    "bk7231q-tuya-moes-relay-wa2-1.1.3": ("io_lines", 8),
    "daybetter-flsl501115wifity-rgb-led-strip": ("p_buf", 29),
    "mirabella-genio-i003632-plug": ("key_list", 20),
    "moes-wk-us2-tc-in-wall-outlet": ("key_list", 33),
    REAL_DEVICE: ("key_list", 27),
    "tuya-generic-ds-101jl-4-gang-smart-switch": ("p_config", 17),
}
WITHOUT_IDENTITY = {"kanlux-33643-s-gu10-rgbcct-bulb", "led-moon-18w-cct-kobi"}
# Names of stored values that are public: of the product and its firmware, not of the device.
PUBLIC = re.compile(
    r"key[a-z0-9]{13}|[a-z_]+|\d{1,7}|\d[\d.]*|[A-Z]{2,6}|.*bk72.*|tuya_mdev.*|.*://.*"
)


def raw(name: str) -> bytes:
    return shared("data", "bootlogs", f"{name}.log").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_what_storage_holds(name: str) -> None:
    log = parse_boot_log(raw(name))
    values = log.parameters.values
    families = Counter(source.family for source in log.sources.values())
    assert dict(families) == dict([PRINTED[name]] if name in PRINTED else [])
    if name == REAL_DEVICE:
        return
    stored = expected(name)["storage"]["keys"].get("user_param_key", {}).get("value")
    if stored is None:
        return
    truth = parse_parameters(stored).flat()
    assert {key: value for key, value in values.items() if truth.get(key) != value} == {}
    if log.complete:
        assert {key for key in truth if key not in values} == {"crc"}


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_stops_when_all_is_there(name: str) -> None:
    whole = raw(name)
    reader = BootLogReader()
    for at in range(0, len(whole), 100):
        reader.feed(whole[at : at + 100])
        if reader.pins_complete:
            break
    family = PRINTED.get(name, ("", 0))[0]
    assert reader.pins_complete == (family in ("key_list", "io_lines"))
    assert parse_boot_log(whole).complete == reader.pins_complete
    if reader.pins_complete:
        log = parse_boot_log(reader.text)
        assert log.parameters.values == parse_boot_log(whole).parameters.values


@pytest.mark.parametrize("name", NAMES)
def test_identity_is_found(name: str) -> None:
    log = parse_boot_log(raw(name))
    if name in WITHOUT_IDENTITY:
        assert log.firmware is None
        return
    assert log.firmware is not None
    assert log.firmware.name
    assert log.firmware.version
    assert log.firmware.sdk
    assert log.firmware.platform
    version = re.search(r"(?<![\d.])\d\.\d+\.\d+$", name)
    if version and "tuyaos" not in name:
        assert log.firmware.version == version[0]
    chip = re.match(r"bk7231[ntq]", name)
    assert chip is None or log.chip == chip[0].upper()


@pytest.mark.parametrize("name", NAMES)
def test_a_second_controller_is_found(name: str) -> None:
    mcu = parse_boot_log(raw(name)).mcu
    assert (mcu is not None) == ("tuyamcu" in name)
    if mcu is not None and "baud" in mcu.evidence:
        assert mcu.baud == 9600


@pytest.mark.parametrize("name", NAMES)
def test_key_and_address_are_those_of_the_dump(name: str) -> None:
    log = parse_boot_log(raw(name))
    if name == REAL_DEVICE or log.kv_address is None:
        return
    storage = read_storage(dump(name))
    assert storage is not None
    assert log.kv_address == storage.key_address
    key = " ".join(f"0x{byte:x}" for byte in storage.inner_key.reveal())
    assert key.encode() in {secret.value.reveal().strip() for secret in log.secrets}


def words_of(values: list[bytes]) -> set[str]:
    """Words of secret values: quoted or bare texts of six characters or more."""
    texts = (value.decode("latin-1") for value in values)
    words = {word for text in texts for word in re.findall(r"[A-Za-z0-9_.\-]{6,64}", text)}
    return {word for word in words if not PUBLIC.fullmatch(word)}


@pytest.mark.parametrize("name", [name for name in NAMES if name != REAL_DEVICE])
def test_redaction_leaves_no_secret_of_storage(name: str) -> None:
    text = raw(name).decode("latin-1")
    redacted = redact_log(text)
    storage = read_storage(dump(name))
    if storage is None:
        return
    words = words_of([stored.value for stored in storage.values.values() if stored.secret])
    key = storage.inner_key.reveal()
    assert {word for word in words if word in redacted} == set()
    assert f"0x{key[3]:x} 0x{key[4]:x} 0x{key[5]:x}" not in redacted
    assert redacted.count("\n") == text.count("\n")
    assert parse_boot_log(redacted).parameters == parse_boot_log(text).parameters


def test_the_real_device_printed_its_published_configuration() -> None:
    """Values as the survey of published configurations gives them for that device."""
    survey = shared("reference", "openbeken-and-tuya.md").read_text(encoding="utf-8")
    sentence = re.search(r"log EMAX 8774 WB2S.*?\.json", survey)
    assert sentence
    published = parse_boot_log(raw(REAL_DEVICE)).parameters
    pairs = re.findall(r"\b([a-z]\w+) (\d+)(?:/lv (\d))?[,/ ]", sentence[0])
    assert len(pairs) > 8
    for name, value, level in pairs:
        assert published.integer(name) == int(value), name
        if level:
            assert published.integer(name.replace("_pin", "_lv")) == int(level), name
    assert published.values["module"] == "WB2S"


def test_redaction_of_the_real_device() -> None:
    text = raw(REAL_DEVICE).decode("latin-1")
    redacted = redact_log(text)
    device = set(re.findall(r"devid:(\w+)", text))
    network = set(re.findall(r"(?<!b)ssid:(\w+), 1", text))
    macs = set(re.findall(r"(?:mac|bssid) (?:[0-9a-f]{2}[:-]){3}([0-9a-f:-]{8})", text))
    assert (len(device), len(network), len(macs)) == (1, 1, 2)
    assert not [word for word in device | network | macs if re.search(rf"\b{word}\b", redacted)]
    assert parse_boot_log(redacted).parameters == parse_boot_log(text).parameters
