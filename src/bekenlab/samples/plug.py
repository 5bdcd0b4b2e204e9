"""The flash of a metering plug with a BK7231N on a CB2S module, as Tuya's tools would write it.

It has everything a real dump has: CRC-16 frames, the code cipher, the partition table, RBL trailers
with correct checksums, the RF sector, the plain copy of the configuration, a protected block and
the encrypted storage. Its identities are made up. The code was written for it: it prints its
configuration, switches the relay with the button and blinks the LED (samples/firmware/ has the
source and the script that rebuilds it byte for byte).
"""

from __future__ import annotations

import json
import zlib
from functools import cache
from pathlib import Path

from bekenlab.chips import chip
from bekenlab.image import cipher, framing, rf
from bekenlab.image.cipher import TUYA_KEY
from bekenlab.image.fnv import fnv1a
from bekenlab.image.partitions import FalRecord
from bekenlab.image.rbl import FRAMED_HEADER_SIZE, RblHeader
from bekenlab.tuya.parameters.format import format_parameters
from bekenlab.tuya.storage.encode import encode_protected, encode_storage

SAMPLE_NAME = "sample-metering-plug.bin"
SAMPLE_CHIP = "BK7231N"

PARAMETERS: dict[str, str | int] = {
    "rl1_pin": 26,
    "rl1_lv": 1,
    "bt1_pin": 10,
    "bt1_lv": 0,
    "netled1_pin": 8,
    "netled1_lv": 0,
    "ele_pin": 7,
    "vi_pin": 6,
    "sel_pin_pin": 24,
    "sel_pin_lv": 1,
    "chip_type": 0,
    "resistor": 1,
    "ch_num": 1,
    "ch_dpid1": 1,
    "ch_cddpid1": 9,
    "net_trig": 4,
    "reset_t": 5,
    "jv": "1.0.5",
    "module": "CB2S",
}
"""The plug's pin configuration: relay, button, Wi-Fi LED and a BL0937 power meter."""

_INNER_KEY = bytes(range(0x30, 0x40))
# Locally administered (bit 1 of the first octet), so it belongs to no real device.
_MAC = bytes.fromhex("02be4e1ab001")
_TIMESTAMP = 1_700_000_000
_RECORDS = (
    FalRecord("bootloader", "beken_onchip_crc", 0, 0x10000),
    FalRecord("app", "beken_onchip_crc", 0x10000, 0x108700),
    FalRecord("download", "beken_onchip", 0x12A000, 0xA6000),
)
_TABLE_ADDRESS = 0x2000
_FIRMWARE = Path(__file__).parent / "data"


@cache
def build_sample() -> bytes:
    """Build the 2 MiB dump; it is the same every time, byte for byte."""
    target = chip(SAMPLE_CHIP)
    flash = flash_with(sample_app())
    _put(flash, target.rf_address, rf.build(_MAC))
    for name, content in _tuya_regions().items():
        _put(flash, target.start_of(name), content)
    return bytes(flash)


def sample_app() -> bytes:
    """The sample's app, plain and logical."""
    return (_FIRMWARE / "app.bin").read_bytes()


def flash_with(app: bytes) -> bytearray:
    """A flash with boot loader and app as Tuya's tools write them, and nothing else.

    Args:
        app: The app, plain and logical; it fits into its partition with the trailer.
    """
    flash = bytearray(b"\xff" * chip(SAMPLE_CHIP).flash_size)
    loader = (_FIRMWARE / "loader.bin").read_bytes().ljust(_TABLE_ADDRESS, b"\xff")
    _install(flash, _RECORDS[0], loader, plain_tail=b"".join(r.encode() for r in _RECORDS))
    _install(flash, _RECORDS[1], app)
    return flash


def _install(flash: bytearray, record: FalRecord, code: bytes, plain_tail: bytes = b"") -> None:
    """Encrypt, frame and write a partition's code, with its RBL trailer at the end."""
    stored = cipher.apply(code, record.offset, TUYA_KEY) + plain_tail
    plain = code + cipher.apply(plain_tail, record.offset + len(code), TUYA_KEY)
    header = RblHeader(
        algorithm=0,
        timestamp=_TIMESTAMP,
        name=record.name,
        version="1.00",
        serial="0" * 23,
        body_crc32=zlib.crc32(stored + b"\x10" * 16),
        raw_fnv1a=fnv1a(plain),
        raw_size=len(stored),
        package_size=len(stored) + 16,
    )
    start, end = record.physical
    _put(flash, start, framing.add(stored))
    _put(flash, end - FRAMED_HEADER_SIZE, framing.add(header.encode()))


def _tuya_regions() -> dict[str, bytes]:
    """Contents of the regions that Tuya's firmware stores, by name."""
    parameters = format_parameters(PARAMETERS, crc=True).encode()
    identity = json.dumps({"uuid": "sample0000000000", "auth_key": "0" * 32}).encode()
    wifi = json.dumps({"ssid": "sample-network", "passwd": "sample-password"}).encode()
    values = {
        "gw_bi": identity + b"\0",
        "gw_wsm": wifi + b"\0",
        "user_param_key": parameters + b"\0",
        "em_sys_env": b"bk7231n".ljust(20, b"\0"),
        "tls_ca_cnt": b"0".ljust(5, b"\0"),
    }
    return {
        "oem_cfg": parameters,
        "protected": encode_protected({"gw_bi": identity}, inner_key=_INNER_KEY),
        "storage": encode_storage(values, inner_key=_INNER_KEY),
    }


def _put(flash: bytearray, address: int, content: bytes) -> None:
    flash[address : address + len(content)] = content
