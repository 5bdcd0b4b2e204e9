"""Where things begin and end: the first value that counts, and the first that does not."""

from __future__ import annotations

import gzip
import struct
import zlib

import pytest

from bekenlab.errors import CorruptInputError, DamagedDumpError
from bekenlab.image import cipher, framing, ota, partitions, rbl, read_image, recovery
from bekenlab.image.cipher import TUYA_KEY, CodeKey
from bekenlab.image.encryption import handlers_in_app
from bekenlab.image.fnv import fnv1a
from bekenlab.image.uf2 import read_uf2
from chip_files import UF2_N, block, tag
from image.code import arm_code

MIB = 1 << 20
KEY = CodeKey((0x11111111, 0x22222222, 0x33333333, 0x44000000))


def app(size: int = 0x4000) -> bytes:
    """An application as it is stored at 0x11000."""
    return framing.add(cipher.apply(arm_code(size), 0x10000, TUYA_KEY))


# images --------------------------------------------------------------------------------------


def test_reading_is_clipped_to_what_the_image_holds() -> None:
    image = read_image(app())
    end = 0x11000 + len(image.physical)
    assert image.start == 0x11000
    assert image.read(0x10000, 0x11004) == image.physical[:4]
    assert image.read(0, 0x11000) == b""
    assert image.read(0, 0x10000) == b""
    assert image.read(end - 4, end + 100) == image.physical[-4:]
    assert image.read(0x11010, 0x11020) == image.physical[0x10:0x20]


@pytest.mark.parametrize(
    ("size", "misplaced"), [(MIB // 2, False), (MIB, False), (2 * MIB, True), (4 * MIB, True)]
)
def test_only_all_of_a_flash_can_have_its_application_at_0(size: int, misplaced: bool) -> None:
    data = app() + bytes(size - len(app()))
    image = read_image(data)
    assert image.misplaced is misplaced
    assert image.start == (0 if misplaced else 0x11000)
    assert image.logical_start == 0x10000
    assert image.app[:0x4000] == arm_code(0x4000)
    assert image.loader is None
    odd = read_image(data + b"\0")
    assert not odd.misplaced
    assert odd.start == 0x11000


@pytest.mark.parametrize(
    ("count", "more"), [(1, ""), (5, ""), (6, " and 1 more"), (9, " and 4 more")]
)
def test_five_damaged_blocks_are_named_and_the_others_counted(count: int, more: str) -> None:
    data = bytearray(app())
    for n in range(count):
        data[34 * (20 + 2 * n)] ^= 1
    [notice] = read_image(bytes(data)).notices
    assert notice.message.startswith(f"{count} code block")
    assert notice.message.count("0x") == min(count, 5)
    assert f"{more}. " in notice.message
    assert f"{0x11000 + 34 * 20:#x}" in notice.message


def test_a_boot_loader_in_an_update_does_not_move_the_one_at_0() -> None:
    """A dump of 2 MiB may hold a second boot loader further on."""
    loader = framing.add(cipher.apply(arm_code(0x10000 - 96, 3), 0, TUYA_KEY))
    header = rbl.RblHeader(0, 0, "bootloader", "1.0", "0", 1, 1, 0x1000, 0x1010)
    loader += framing.add(header.encode())
    data = loader + bytes(0x100000 - len(loader)) + loader
    data += bytes(2 * MIB - len(data))
    image = read_image(data)
    assert (image.rotation, image.start, image.physical) == (0, 0, data)


@pytest.mark.parametrize(
    ("handlers", "where"),
    [
        ([0x10000] * 8, True),
        ([0xFFFF] * 8, False),
        ([0] * 8, None),
        ([0x10000] * 2 + [0] * 6, None),
        ([0x10000] * 8 + [0], True),
        ([0x10000] * 6, None),
    ],
)
def test_handlers_tell_where_code_belongs(handlers: list[int], where: bool | None) -> None:
    plain = bytes(0x20) + struct.pack(f"<{len(handlers)}I", *handlers)
    assert handlers_in_app(plain) is where


# partition tables ----------------------------------------------------------------------------


def record(name: str = "app", offset: int = 0, length: int = 0x1000) -> partitions.FalRecord:
    return partitions.FalRecord(name, "beken_onchip", offset, length)


def table(*records: partitions.FalRecord) -> list[str]:
    data = b"".join(each.encode() for each in (record("first"), *records))
    return [found.name for found in partitions.find_table(data)]


@pytest.mark.parametrize(
    ("offset", "length", "counts"),
    [
        (0, 1, True),
        (0, 0, False),
        (0x1000, (1 << 28) - 0x1000, True),
        (0x1000, (1 << 28) - 0x0FFF, False),
    ],
)
def test_the_size_of_a_partition(offset: int, length: int, counts: bool) -> None:
    assert ("other" in table(record("other", offset, length))) is counts


@pytest.mark.parametrize("name", ["", "a\tb", "caf\u00e9"])
def test_the_name_of_a_partition(name: str) -> None:
    raw = bytearray(record("x" * 24).encode())
    raw[4:28] = name.encode("latin-1").ljust(24, b"\0")
    raw[60:] = zlib.crc32(raw[:60]).to_bytes(4, "little")
    assert partitions.find_table(record("first").encode() + bytes(raw)) == ()


def test_a_record_without_a_checksum_counts_and_one_with_a_wrong_one_does_not() -> None:
    raw = record("other").encode()
    first = record("first").encode()
    assert len(partitions.find_table(first + raw[:60] + bytes(4))) == 2
    assert partitions.find_table(first + raw[:60] + b"\1\0\0\0") == ()
    assert partitions.find_table(first + raw[:-1]) == ()


def test_a_record_right_behind_a_magic_in_code_is_found() -> None:
    data = b"01PE" + record("first").encode() + b"01PE" + record("second").encode()
    assert [found.name for found in partitions.find_table(data)] == ["first", "second"]


# keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "found"), [(1, False), (2, True), (8, True)])
def test_two_known_words_give_a_key(words: int, found: bool) -> None:
    plain = arm_code(0x100)
    stored = cipher.apply(plain, 0x10000, KEY)
    known: list[int | None] = list(struct.unpack(f"<{words}I", plain[: 4 * words]))
    keys = recovery.keys_for(stored, 0x10000, known)
    assert bool(keys) is found
    opened = {cipher.apply(stored[: 4 * words], 0x10000, key) for key in keys}
    assert opened <= {plain[: 4 * words]}


@pytest.mark.parametrize("cut", [0, 1, 2, 3])
def test_a_file_may_end_within_a_word(cut: int) -> None:
    plain = arm_code(0x404 - cut) + b"abc"[: -cut % 4 and 3 - cut]
    stored = cipher.apply(plain.ljust(0x404, b"\0"), 0x10000, KEY)[: 0x404 - cut]
    key = recovery.from_vectors(stored, 0x10000)
    assert key
    assert cipher.apply(stored[:0x400], 0x10000, key) == plain[:0x400]
    words = [0xEA00000E, recovery.LOAD_PC]
    assert bool(recovery.keys_for(stored[: 8 - cut], 0x10000, words)) is (cut == 0)


def test_a_table_that_does_not_start_with_a_branch_gives_no_key() -> None:
    plain = b"\0\0\0\1" + arm_code(0x100)[4:]
    assert recovery.from_vectors(cipher.apply(plain, 0x10000, KEY), 0x10000) is None


# packages ------------------------------------------------------------------------------------


def header(**changes: int) -> rbl.RblHeader:
    values = {"algorithm": 0, "package_size": 64, "raw_size": 64} | changes
    return rbl.RblHeader(
        values["algorithm"], 0, "app", "1", "0", 0, fnv1a(bytes(64)),
        values["raw_size"], values["package_size"],
    )  # fmt: skip


@pytest.mark.parametrize("body", [bytes(64), bytes(64) + b"behind it"])
def test_a_package_ends_with_its_body(body: bytes) -> None:
    package = ota.unpack(header().encode() + body)
    assert package.code == bytes(64)
    assert package.hash_ok
    with pytest.raises(CorruptInputError, match="it has 63 of 64 bytes"):
        ota.unpack(header().encode() + bytes(63))


@pytest.mark.parametrize(("promised", "stripped"), [(10, True), (9, True), (11, False)])
def test_tuyas_header_that_promises_too_much_is_none(promised: int, stripped: bool) -> None:
    head = struct.pack(">4s12sIII4s", b"\x55\xaa\x55\xaa", b"", promised, 0, 0, b"\xaa\x55\xaa\x55")
    data = head + b"0123456789"
    assert ota.strip_ug(data) == (b"0123456789"[:promised] if stripped else data)


def test_padding_behind_the_code_is_left_out() -> None:
    package = ota.unpack(header(package_size=80).encode() + bytes(64) + b"\x10" * 16)
    assert package.code == bytes(64)
    assert package.hash_ok


@pytest.mark.parametrize(("size", "allowed"), [(16 << 20, True), ((16 << 20) + 1, False)])
def test_no_package_unpacks_to_more_than_16_mib(size: int, allowed: bool) -> None:
    body = gzip.compress(bytes(64), mtime=0)
    raw = header(algorithm=0x100, package_size=len(body), raw_size=size).encode() + body
    with pytest.raises(CorruptInputError) as error:
        ota.unpack(raw)
    assert ("promises" in error.value.message) is not allowed


@pytest.mark.parametrize(("size", "whole"), [(64, True), (63, False), (72, False)])
def test_an_encrypted_body_is_made_of_blocks(size: int, whole: bool) -> None:
    raw = header(algorithm=2, package_size=size, raw_size=size).encode() + bytes(size)
    if whole:
        assert len(ota.unpack(raw).code) == size
    else:
        with pytest.raises(CorruptInputError, match="multiple of 16"):
            ota.unpack(raw)


# UF2 -----------------------------------------------------------------------------------------

FOR_WIRE = tag(0xC0EE0C, bytes.fromhex("000100") + b"app\0")


def uf2(*blocks: tuple[int, bytes, bytes]) -> bytes:
    return b"".join(block(UF2_N, i, len(blocks), *each) for i, each in enumerate(blocks))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 100])
def test_values_of_any_length_are_padded_to_four_bytes(size: int) -> None:
    tags = tag(0x00DE43, b"n" * size) + tag(0x9FC7BC, b"v" * size) + FOR_WIRE
    found = read_uf2(uf2((0, b"code", tags)))
    assert (found.firmware, found.version) == ("n" * size, "v" * size)
    assert [part.data for part in found.parts] == [b"code"]


def test_a_tag_without_a_value_does_not_end_the_tags() -> None:
    found = read_uf2(uf2((0, b"code", tag(0x9FC7BC, b"") + FOR_WIRE)))
    assert (found.version, len(found.parts)) == ("", 1)


def test_a_package_may_name_nothing() -> None:
    found = read_uf2(uf2((0, b"code", FOR_WIRE)))
    assert (found.board, found.firmware, found.version) == ("", "", "")


def test_a_block_may_be_full_and_not_more() -> None:
    full = uf2((0, b"", FOR_WIRE), (0, bytes(476), b""))
    assert read_uf2(full).parts[0].data == bytes(476)
    longer = bytearray(full)
    longer[512 + 16 : 512 + 20] = (477).to_bytes(4, "little")
    with pytest.raises(DamagedDumpError, match="block 1 is not a UF2 block"):
        read_uf2(bytes(longer))


def test_parts_of_two_partitions_are_not_joined() -> None:
    other = tag(0xC0EE0C, bytes.fromhex("000200") + b"app\0more\0")
    found = read_uf2(uf2((0, b"abcd", FOR_WIRE), (4, b"efgh", b""), (8, b"ijkl", other)))
    assert [(p.partition, p.offset, p.data) for p in found.parts] == [
        ("app", 0, b"abcdefgh"),
        ("more", 8, b"ijkl"),
    ]


@pytest.mark.parametrize(
    ("nibbles", "names"),
    [
        ("000300", ["app"]),
        ("000000", ["app"]),
        ("000100", ["app", "app"]),
        ("000200", ["app", "b"]),
    ],
)
def test_a_partition_is_named_by_its_number(nibbles: str, names: list[str]) -> None:
    to = tag(0xC0EE0C, bytes.fromhex(nibbles) + b"app\0b\0")
    data = uf2((0, b"code", FOR_WIRE), (0x100, b"more", to))
    assert [part.partition for part in read_uf2(data).parts] == names
