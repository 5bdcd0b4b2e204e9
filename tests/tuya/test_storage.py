"""The storage as this project writes it: round trips, damage, alignment, hostile bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.errors import CorruptInputError
from bekenlab.tuya.crypto import base_named, byte_sum, data_key, decrypt, encrypt
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.protected import find_protected
from bekenlab.tuya.storage.encode import OLD_MAGIC, TUYAOS_MAGIC, encode_protected, encode_storage
from bekenlab.tuya.storage.model import Storage
from bekenlab.tuya.storage.read import read_storage

SECTOR = 0x1000
KEY = bytes(range(100, 116))
VALUES = {
    "gw_bi": b'{"uuid":"0123456789abcdef"}',
    "user_param_key": b"{rl1_pin:6,rl1_lv:1,bt1_pin:10,crc:1,}" * 20,
    "em_sys_env": b"bk7231n\x00\x00\x00",
}
NAMES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40)
REGIONS = st.dictionaries(NAMES, st.binary(max_size=3000), max_size=8)


def read(data: bytes, base: int = 0) -> Storage:
    storage = read_storage(data, base=base)
    assert storage is not None
    return storage


def plain(storage: Storage) -> dict[str, bytes]:
    return {name: value.value for name, value in storage.values.items()}


def codes(storage: Storage) -> list[str]:
    return [notice.code for notice in storage.notices]


def garble(data: bytes, *offsets: int) -> bytes:
    """Make the AES blocks at these offsets decrypt to something else."""
    damaged = bytearray(data)
    for offset in offsets:
        damaged[offset] ^= 0xFF
    return bytes(damaged)


def edit_block(data: bytes, sector: int, edits: dict[int, bytes]) -> bytes:
    """Change plain bytes of a data block and make its checksum right again."""
    key = data_key(KEY, base_named("8710_2M"))
    block = bytearray(decrypt(key, data[sector * SECTOR : (sector + 1) * SECTOR]))
    for offset, new in edits.items():
        block[offset : offset + len(new)] = new
    block[4:8] = byte_sum(bytes(block[8:])).to_bytes(4, "little")
    return data[: sector * SECTOR] + encrypt(key, bytes(block)) + data[(sector + 1) * SECTOR :]


@given(REGIONS, st.sampled_from([OLD_MAGIC, TUYAOS_MAGIC]), st.binary(min_size=16, max_size=16))
def test_a_storage_reads_back_what_was_written(
    values: dict[str, bytes], magic: int, key: bytes
) -> None:
    storage = read(encode_storage(values, inner_key=key, magic=magic))
    assert plain(storage) == values
    assert all(value.ok and not value.stale for value in storage.values.values())
    assert (storage.notices, storage.good_blocks, storage.magics) == ((), 17, (magic,))
    assert (storage.start, storage.end, storage.key_address) == (0, 18 * SECTOR, 0)
    assert storage.inner_key.reveal() == key


def test_every_key_derivation_is_tried() -> None:
    for base in storage_facts().bases:
        storage = read(encode_storage(VALUES, inner_key=KEY, base_name=base.name))
        assert (storage.base_name, plain(storage)) == (base.name, VALUES)


@given(st.integers(0, 3 * SECTOR), st.integers(0, 100))
@settings(max_examples=40)
def test_a_storage_is_found_at_any_offset(before: int, after: int) -> None:
    region = encode_storage(VALUES, inner_key=KEY)
    storage = read(b"\x5a" * before + region + b"\x5a" * after, base=0x100000)
    assert plain(storage) == VALUES
    assert storage.key_address == storage.start == 0x100000 + before
    assert storage.end == 0x100000 + before + len(region)
    assert storage.blocks[0].address == storage.start + SECTOR


@given(st.permutations(range(1, 18)))
@settings(max_examples=30)
def test_the_order_of_blocks_does_not_matter(order: list[int]) -> None:
    region = encode_storage(VALUES, inner_key=KEY, older=[{"gw_bi": b"old"}, {"gw_bi": b"older"}])
    moved = region[:SECTOR] + b"".join(region[i * SECTOR : (i + 1) * SECTOR] for i in order)
    assert plain(read(moved)) == VALUES


def test_blocks_before_the_key_block_count_too() -> None:
    region = encode_storage(VALUES, inner_key=KEY)
    rotated = region[5 * SECTOR :] + b"\xff" * 7 * SECTOR + region[: 5 * SECTOR]
    assert plain(read(rotated)) == VALUES


def test_the_highest_generation_is_current_and_deleted_values_stay_deleted() -> None:
    older = {**VALUES, "gw_bi": b"old", "deleted": b"1"}
    storage = read(encode_storage(VALUES, inner_key=KEY, older=[older]))
    assert plain(storage) == VALUES
    assert storage.notices == ()


def test_a_damaged_newest_block_falls_back_to_the_older_generation() -> None:
    older = {**VALUES, "gw_bi": b"older value"}
    region = encode_storage(VALUES, inner_key=KEY, older=[older])
    storage = read(garble(region, *range(SECTOR + 128, 2 * SECTOR, 16)))
    assert plain(storage) == older
    assert all(value.ok and value.stale for value in storage.values.values())
    assert storage.bad_blocks == (SECTOR,)
    told = " ".join(n.message for n in storage.notices if n.code == "older-generation")
    assert all(name in told for name in VALUES)


def test_a_damaged_page_of_the_newest_block_costs_only_its_own_value() -> None:
    older = {**VALUES, "gw_bi": b"older value"}
    region = encode_storage(VALUES, inner_key=KEY, older=[older])
    storage = read(garble(region, SECTOR + 2 * 128))  # page 2: the value of gw_bi
    assert plain(storage) == older
    assert [name for name, value in storage.values.items() if value.stale] == ["gw_bi"]
    assert codes(storage) == ["storage-block-damaged", "older-generation"]


def test_a_wrong_value_in_a_good_block_falls_back_too() -> None:
    older = {**VALUES, "gw_bi": b"older value"}
    region = encode_storage(VALUES, inner_key=KEY, older=[older])
    storage = read(edit_block(region, 1, {2 * 128: b"X"}))
    assert plain(storage)["gw_bi"] == b"older value"
    assert storage.values["gw_bi"].stale
    assert codes(storage) == ["older-generation"]


def test_a_damaged_value_without_older_copy_is_kept_and_marked() -> None:
    storage = read(garble(encode_storage(VALUES, inner_key=KEY), SECTOR + 2 * 128))
    value = storage.values["gw_bi"]
    assert not value.ok
    assert len(value.value) == len(VALUES["gw_bi"])
    assert storage.values["user_param_key"].ok
    assert codes(storage) == ["storage-block-damaged", "value-damaged"]
    assert "gw_bi" in storage.notices[1].message


def test_a_damaged_block_that_claims_an_absurd_generation_is_not_believed() -> None:
    older = {**VALUES, "gw_bi": b"older value"}
    region = encode_storage(VALUES, inner_key=KEY, older=[older])
    region = edit_block(region, 2, {10: b"\xff\xff\xff\x7f"})
    key = data_key(KEY, base_named("8710_2M"))
    head = bytearray(decrypt(key, region[2 * SECTOR : 2 * SECTOR + 16]))
    head[4] ^= 1
    region = region[: 2 * SECTOR] + encrypt(key, bytes(head)) + region[2 * SECTOR + 16 :]
    assert plain(read(region)) == VALUES


def test_of_two_live_values_with_one_name_the_highest_element_wins() -> None:
    region = encode_storage({"first": b"longer", "other": b"22"}, inner_key=KEY)
    renamed = edit_block(region, 1, {3 * 128 + 18: b"first", 3 * 128 + 13: b"\x01"})
    assert plain(read(renamed)) == {"first": b"22"}


def test_a_key_block_with_damaged_checksum_or_key_is_told_of() -> None:
    region = encode_storage(VALUES, inner_key=KEY)
    facts = storage_facts()
    head = bytearray(decrypt(facts.master_key, region[:32]))
    head[4] ^= 1
    storage = read(encrypt(facts.master_key, bytes(head)) + region[32:])
    assert plain(storage) == VALUES
    assert codes(storage) == ["key-block-damaged"]


@pytest.mark.parametrize("shift", [0, 5])
@pytest.mark.parametrize("inner_key", storage_facts().inner_keys, ids=bytes.hex)
def test_well_known_keys_open_a_storage_without_key_block(inner_key: bytes, shift: int) -> None:
    region = encode_storage(VALUES, inner_key=inner_key)
    storage = read(bytes(shift + SECTOR) + region[SECTOR:])
    assert plain(storage) == VALUES
    assert (storage.key_origin, storage.key_address) == ("well-known", None)
    assert storage.start == shift + SECTOR
    assert codes(storage) == ["key-block-damaged"]


def test_the_key_of_a_protected_block_opens_a_storage_without_key_block() -> None:
    protected = encode_protected({"gw_bi": b"{}"}, inner_key=KEY)
    region = encode_storage(VALUES, inner_key=KEY)
    storage = read(protected + bytes(SECTOR) + region[SECTOR:])
    assert plain(storage) == VALUES
    assert storage.key_origin == "protected-block"
    assert codes(storage) == ["key-block-damaged"]


def test_of_two_key_blocks_the_one_with_more_good_blocks_wins() -> None:
    other = encode_storage({"gw_bi": b"other"}, inner_key=bytes(16), blocks=3)
    storage = read(other + encode_storage(VALUES, inner_key=KEY))
    assert plain(storage) == VALUES
    assert storage.key_address == len(other)


def test_a_key_block_without_data_blocks_says_so() -> None:
    storage = read(encode_storage(VALUES, inner_key=KEY)[:SECTOR].ljust(3 * SECTOR, b"\xff"))
    assert (storage.values, codes(storage)) == ({}, ["storage-unreadable"])


def test_a_cut_file_gives_what_is_there() -> None:
    storage = read(encode_storage(VALUES, inner_key=KEY)[: SECTOR + 1500])
    assert plain(storage) == VALUES
    assert len(storage.bad_blocks) == 1


def test_nothing_is_found_where_nothing_is() -> None:
    assert read_storage(b"") is None
    assert read_storage(b"\xff" * 10 * SECTOR) is None
    assert find_protected(b"") == ()


def test_values_are_not_shown_by_accident() -> None:
    storage = read(encode_storage(VALUES, inner_key=KEY))
    assert "0123456789abcdef" not in repr(storage)
    assert KEY.hex() not in repr(storage)
    assert [n for n, value in storage.values.items() if value.secret] == ["gw_bi"]


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(CorruptInputError):
        encode_storage({"a": bytes(0x10001)}, inner_key=KEY)
    with pytest.raises(CorruptInputError):
        encode_storage({"a": bytes(9000)}, inner_key=KEY, blocks=2)
    with pytest.raises(CorruptInputError):
        encode_storage({"a" * 110: b"1"}, inner_key=KEY)
    with pytest.raises(CorruptInputError):
        encode_storage({}, inner_key=b"short")
    with pytest.raises(CorruptInputError):
        encode_protected({"a": bytes(5000)}, inner_key=KEY)


@given(st.binary(max_size=3 * SECTOR))
@settings(max_examples=50)
def test_any_bytes_are_read_without_error(data: bytes) -> None:
    read_storage(data)
    find_protected(data)


@given(st.data())
@settings(max_examples=100)
def test_damaged_regions_are_read_without_error(draw: st.DataObject) -> None:
    """Random plain bytes under the right key reach every parser of pages and headers."""
    region = bytearray(encode_storage(VALUES, inner_key=KEY, blocks=3))
    for _ in range(draw.draw(st.integers(1, 6))):
        at = draw.draw(st.integers(SECTOR, SECTOR + 10 * 128))
        junk = draw.draw(st.binary(min_size=1, max_size=24))
        key = data_key(KEY, base_named("8710_2M"))
        block = bytearray(decrypt(key, bytes(region[SECTOR : 2 * SECTOR])))
        block[at - SECTOR : at - SECTOR + len(junk)] = junk
        region[SECTOR : 2 * SECTOR] = encrypt(key, bytes(block[:SECTOR]))
    storage = read_storage(bytes(region))
    assert storage is not None
    for value in storage.values.values():
        assert len(value.value) <= 0x10000


def test_hostile_storages_meet_a_limit() -> None:
    """2 MiB of data blocks, every page an index page with many parts that never check out."""
    key = data_key(KEY, base_named("8710_2M"))
    part = (1).to_bytes(2, "little") + bytes([1, 31])
    pages = b""
    for page in range(1, 32):
        index = b"\x01" * 4 + (50000).to_bytes(4, "little") + bytes([1, 0, page, 25, 0])
        index += bytes(4) + bytes([3]) + f"{page:02}\x00".encode() + part * 25
        pages += index.ljust(128, b"\xff")
    blocks = []
    for number in range(511):
        head = TUYAOS_MAGIC.to_bytes(4, "little") + bytes(4) + bytes([1, 0])
        head += number.to_bytes(4, "little") + b"\x04\xff\xff\xff\xff"
        block = bytearray(head.ljust(128, b"\xff") + pages)
        block[4:8] = byte_sum(bytes(block[8:])).to_bytes(4, "little")
        blocks.append(bytes(block))
    data = encode_storage({}, inner_key=KEY)[:SECTOR] + encrypt(key, b"".join(blocks))
    storage = read(data)
    assert "storage-limit" in codes(storage)
    read_storage(encrypt(storage_facts().master_key, b"\xff" * (2 << 20)))
    read_storage(data[:SECTOR] * 512)
