"""RBL headers, FNV-1a, OTA packages, partition tables and the RF sector."""

import gzip
import struct
import zlib

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from bekenlab.errors import CorruptInputError, UnsupportedError
from bekenlab.image import framing, ota, partitions, rbl, rf
from bekenlab.image.fnv import fnv1a

CODE = bytes(range(256)) * 40


def fnv_by_definition(data: bytes) -> int:
    state = 0x811C9DC5
    for byte in data:
        state = (state ^ byte) * 0x01000193 & 0xFFFFFFFF
    return state


def header(**changes: object) -> rbl.RblHeader:
    fields: dict[str, object] = {
        "algorithm": 0,
        "timestamp": 1_600_000_000,
        "name": "app",
        "version": "1.00",
        "serial": "0" * 23,
        "body_crc32": 0,
        "raw_fnv1a": fnv_by_definition(CODE),
        "raw_size": len(CODE),
        "package_size": len(CODE) + 16,
    }
    return rbl.RblHeader(**{**fields, **changes})  # type: ignore[arg-type]


@given(st.binary(max_size=3000))
def test_fnv1a_matches_its_definition(data: bytes) -> None:
    assert fnv1a(data) == fnv_by_definition(data)


def test_fnv1a_carries_its_state_across_chunks() -> None:
    data = b"bekenlab" * 20_000
    assert fnv1a(data) == fnv_by_definition(data)


def test_headers_are_found_framed_and_plain_and_only_when_their_crc_is_right() -> None:
    encoded = header().encode()
    damaged = bytes([*encoded[:20], encoded[20] ^ 1, *encoded[21:]])
    data = b"\xff" * 10 + framing.add(encoded) + damaged + encoded
    found = rbl.find_headers(data)
    assert [(hit.offset, hit.framed) for hit in found] == [(10, True), (10 + 102 + 96, False)]
    assert found[0].header == header()
    assert found[0].end == 112


def test_the_body_crc_covers_the_packers_padding() -> None:
    body_crc = zlib.crc32(CODE + b"\x10" * 16)
    assert rbl.body_crc_matches(header(body_crc32=body_crc), CODE + b"\xff" * 100)
    assert not rbl.body_crc_matches(header(body_crc32=body_crc), CODE[:-1] + b"\0" * 100)
    assert not rbl.body_crc_matches(header(body_crc32=body_crc, raw_size=1 << 30), CODE)


def package(algorithm: int = 0x102) -> bytes:
    packed = gzip.compress(CODE, mtime=0)
    packed += bytes([16 - len(packed) % 16]) * (16 - len(packed) % 16)
    encryptor = Cipher(
        algorithms.AES256(b"0123456789ABCDEF" * 2), modes.CBC(b"0123456789ABCDEF")
    ).encryptor()
    body = encryptor.update(packed) + encryptor.finalize()
    return header(algorithm=algorithm, package_size=len(body)).encode() + body


def test_an_ota_package_unpacks_to_its_code() -> None:
    unpacked = ota.unpack(package() + b"what follows in flash")
    assert unpacked.code == CODE
    assert unpacked.hash_ok


def test_tuyas_outer_header_is_removed() -> None:
    inner = package()
    outer = struct.pack(
        ">4s12sIII4s", b"\x55\xaa\x55\xaa", b"1.1.8", len(inner), 0, 0, b"\xaaU\xaaU"
    )
    assert ota.strip_ug(outer + inner) == inner
    assert ota.strip_ug(inner) == inner
    assert ota.strip_ug(b"") == b""


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"RBL\0", CorruptInputError, "valid RBL header"),
        (package()[:-20], CorruptInputError, "truncated"),
        (package()[:200] + b"\0" * 64 + package()[264:], CorruptInputError, "decompressed"),
        (package(0x202), UnsupportedError, "with compression 2 are"),
        (package(0x101), UnsupportedError, "with encryption 1 are"),
    ],
)
def test_damaged_packages_say_what_is_wrong(
    data: bytes, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        ota.unpack(data)


def test_a_package_that_unpacks_to_more_than_it_says_is_refused() -> None:
    bomb = gzip.compress(b"\0" * 10_000_000, mtime=0)
    head = header(algorithm=0x100, package_size=len(bomb), raw_size=1000)
    with pytest.raises(CorruptInputError, match="its header says 1,000"):
        ota.unpack(head.encode() + bomb)


@given(st.binary(max_size=400))
def test_unpack_is_total(data: bytes) -> None:
    for candidate in (data, package()[: len(data)] + data):
        try:
            ota.unpack(candidate)
        except (CorruptInputError, UnsupportedError) as error:
            assert error.message  # noqa: PT017


def test_a_partition_table_is_read_back_in_address_order() -> None:
    records = [
        partitions.FalRecord("download", "beken_onchip", 0x12A000, 0xA6000),
        partitions.FalRecord("app", "beken_onchip_crc", 0x10000, 0x108700),
    ]
    data = b"01PEsprintf" + b"".join(record.encode() for record in records) + b"\xff" * 64
    assert partitions.find_table(data) == (records[1], records[0])
    assert records[1].physical == (0x11000, 0x129F70)
    assert records[0].physical == (0x12A000, 0x1D0000)


def test_one_record_or_a_wrong_crc_is_no_table() -> None:
    record = partitions.FalRecord("app", "beken_onchip_crc", 0x10000, 0x108700).encode()
    assert partitions.find_table(record) == ()
    assert partitions.find_table(record + record[:-1] + b"\x01") == ()


@pytest.mark.parametrize(
    ("name", "device", "length"),
    [("ap\x07p", "beken_onchip_crc", 0x1000), ("app", "", 0x1000), ("app", "beken_onchip", 0)],
)
def test_what_no_partition_can_be_is_no_row_of_the_table(
    name: str, device: str, length: int
) -> None:
    right = partitions.FalRecord("app", "beken_onchip_crc", 0x10000, 0x108700)
    other = partitions.FalRecord("download", "beken_onchip", 0x12A000, 0xA6000)
    wrong = partitions.FalRecord(name, device, 0x8000, length)
    data = b"".join(record.encode() for record in (wrong, right, other))
    assert partitions.find_table(data) == (right, other)


def test_a_table_is_no_longer_than_any_real_one() -> None:
    """Each row costs time later on."""
    row = partitions.FalRecord("app", "beken_onchip_crc", 0x10000, 0x108700).encode()
    assert len(partitions.find_table(row * 1000)) < 100


@given(st.binary(max_size=400))
def test_tables_and_headers_are_searched_in_any_bytes(data: bytes) -> None:
    assert partitions.find_table(b"01PE" + data + b"01PE" + data) is not None
    assert rbl.find_headers(b"RBL\0" + data + b"RBL\0") is not None


def test_the_mac_is_read_from_the_first_rf_sector_on_a_boundary() -> None:
    sector = rf.build(bytes.fromhex("02001a2b3c4d"))
    assert len(sector) == 0x1000
    found = rf.find(
        b"\xff" * 0x1000 + sector + b"\xffTLV\0" + b"\xff" * 4091 + rf.build(b"\x06" * 6)
    )
    assert found is not None
    assert (found.offset, found.mac, found.has_power_tables) == (0x1000, "02:00:1a:2b:3c:4d", False)


def test_a_table_off_the_boundary_is_code_not_rf() -> None:
    assert rf.find(b"\xff" + rf.build(b"\x02" * 6)) is None


def rf_table(*items: tuple[int, bytes], section: int = 0x11111100) -> bytes:
    body = b"".join(struct.pack("<II", tag, len(value)) + value for tag, value in items)
    body = struct.pack("<II", section, len(body)) + body
    return (b"TLV\0" + struct.pack("<I", len(body)) + body).ljust(0x1000, b"\xff")


def test_only_the_item_for_the_mac_is_the_mac() -> None:
    mac = bytes.fromhex("02001a2b3c4d")
    near = [(0x11111101, b"sixsix"), (0x11111102, mac), (0x11111103, b"sixsix")]
    found = rf.parse(rf_table(*near))
    assert found
    assert found.mac == "02:00:1a:2b:3c:4d"
    longer = rf.parse(rf_table((0x11111102, mac + b"\0\0")))
    assert longer
    assert longer.mac is None
    assert rf.parse(rf_table(*near, section=0x33333300)) is None


def test_the_last_item_of_a_table_counts() -> None:
    found = rf.parse(rf_table((0x11111102, bytes.fromhex("02001a2b3c4d")), (0x22222200, b"")))
    assert found
    assert found.has_power_tables


def test_what_lies_where_rf_data_belong_is_judged() -> None:
    whole = rf_table((0x11111102, bytes.fromhex("1c90ff2b3c4d")))
    assert rf.check(whole) is rf.RfState.PRESENT
    assert rf.check(rf_table((0x11111103, b"sixsix"))) is rf.RfState.DAMAGED
    assert rf.check(whole[:8] + bytes(8) + whole[16:]) is rf.RfState.DAMAGED
    assert rf.check(b"other" + whole[5:]) is rf.RfState.OTHER
    assert rf.check(b"\xff" * 0x1000) is rf.RfState.ERASED
    assert rf.check(bytes(0x1000)) is rf.RfState.UNREADABLE


def test_every_mac_of_rf_tables_is_found_even_in_remains() -> None:
    """They are to be replaced before a dump is shared."""
    macs = [bytes([2, 0, 0x1A, 0x2B, 0x3C, n]) for n in range(3)]
    whole = b"junk" + rf.build(macs[0]) + rf.build(macs[1])[16:] + rf.build(macs[2])[:30]
    data = whole + rf.build(macs[0])[16:30]
    found = rf.mac_offsets(data)
    assert [data[at : at + 6] for at in found] == [*macs, macs[0]]
    assert rf.mac_offsets(data[:-1]) == found[:-1], "cut off"
    assert len(rf.mac_offsets(data * 1000)) == 64


@given(st.binary(max_size=200))
def test_rf_parsing_is_total(data: bytes) -> None:
    parsed = rf.parse(b"TLV\0\x40\0\0\0\0\x11\x11\x11" + data)
    assert parsed is None or parsed.length == 0x40


def test_a_header_has_its_magic() -> None:
    """A right checksum alone is not enough: any 92 bytes have one."""
    for magic, counts in ((b"RBL\0", True), (b"LBR\0", False)):
        body = magic + bytes(88)
        parsed = rbl.parse_header(body + struct.pack("<I", zlib.crc32(body)))
        assert (parsed is not None) is counts
