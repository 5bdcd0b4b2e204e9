"""Changing values inside the storage: lengths, checksums, and what is remains."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.tuya.crypto import base_named, data_key, decrypt, encrypt
from bekenlab.tuya.protected import find_protected
from bekenlab.tuya.protected_edit import open_protected
from bekenlab.tuya.storage.edit import StorageEditor, open_storages
from bekenlab.tuya.storage.encode import encode_protected, encode_storage
from bekenlab.tuya.storage.read import read_storage

KEY = bytes(range(16))
SECTOR = 0x1000
VALUES = {"one": b"a" * 300, "two": b"b" * 5, "three": b"c" * 128}
OLDER = {"one": b"x" * 300, "two": b"y" * 5}


def only(data: bytearray) -> StorageEditor:
    (editor,) = open_storages(data)
    return editor


def test_a_replaced_value_reads_back_with_right_checksums() -> None:
    data = bytearray(encode_storage(VALUES, inner_key=KEY, older=[OLDER]))
    editor = only(data)
    for value in editor.values:
        editor.replace(value, b"Z" * len(value.value))
    editor.save()
    storage = read_storage(bytes(data))
    assert storage
    assert storage.bad_blocks == ()
    assert {n: (v.value, v.ok) for n, v in storage.values.items()} == {
        name: (b"Z" * len(value), True) for name, value in VALUES.items()
    }


def test_all_generations_are_edited() -> None:
    editor = only(bytearray(encode_storage(VALUES, inner_key=KEY, older=[OLDER])))
    found = sorted((value.name, value.value[:1]) for value in editor.values)
    assert found == [("one", b"a"), ("one", b"x"), ("three", b"c"), ("two", b"b"), ("two", b"y")]
    assert all(value.ok for value in editor.values)


def test_nothing_is_written_where_nothing_changed() -> None:
    before = encode_storage(VALUES, inner_key=KEY, older=[OLDER])
    data = bytearray(before)
    editor = only(data)
    assert editor.erase_unused() == 0
    editor.save()
    assert data == before


def test_the_end_of_a_page_behind_a_value_is_erased() -> None:
    data = bytearray(encode_storage({"two": b"b" * 5}, inner_key=KEY))
    key = data_key(KEY, base_named("8710_2M"))
    block = bytearray(decrypt(key, bytes(data[SECTOR : 2 * SECTOR])))
    block[2 * 128 + 40 : 2 * 128 + 47] = b"remains"
    block[4:8] = sum(block[8:]).to_bytes(4, "little")
    data[SECTOR : 2 * SECTOR] = encrypt(key, bytes(block))
    editor = only(data)
    assert editor.erase_unused() == 1
    editor.save()
    assert data == encode_storage({"two": b"b" * 5}, inner_key=KEY)


def test_a_wrong_checksum_stays_wrong() -> None:
    """Otherwise a damaged block would pass for a whole one."""
    key = data_key(KEY, base_named("8710_2M"))
    data = bytearray(encode_storage(VALUES, inner_key=KEY))
    block = bytearray(decrypt(key, bytes(data[SECTOR : 2 * SECTOR])))
    block[4] ^= 0x10
    data[SECTOR : 2 * SECTOR] = encrypt(key, bytes(block))
    editor = only(data)
    for value in editor.values:
        editor.replace(value, b"Z" * len(value.value))
    editor.save()
    storage = read_storage(bytes(data))
    assert storage
    assert storage.bad_blocks == (SECTOR,)
    assert storage.value("two") == b"ZZZZZ"


def test_a_block_cut_by_the_end_of_the_file_is_edited_as_far_as_it_goes() -> None:
    whole = encode_storage(VALUES, inner_key=KEY)
    data = bytearray(whole[: SECTOR + 1000])
    editor = only(data)
    assert editor.erase_unused() == 0
    editor.save()
    assert data == whole[: SECTOR + 1000]


def test_a_protected_block_cut_by_the_end_of_the_file_is_edited_as_far_as_it_goes() -> None:
    whole = encode_protected({"gw_bi": b"a" * 300, "gw_wsm": b"b" * 300}, inner_key=KEY)
    data = bytearray(whole[:501])
    (editor,) = open_protected(data, 0)
    (name, start, end), *_ = editor.records()
    editor.body[start:end] = b"Z" * (end - start)
    editor.erase_unused()
    editor.save()
    assert len(data) == 501
    (again,) = open_protected(data, 0)
    assert (name, b"a" in again.body, b"Z" * 300 in again.body) == ("gw_bi", False, True)


def test_a_part_that_is_nowhere_keeps_its_index_page() -> None:
    """The storage reports such a value as damaged; after an edit it must do so as well."""
    data = bytearray(encode_storage({"big": b"b" * 9000}, inner_key=KEY, blocks=3))
    data[2 * SECTOR : 3 * SECTOR] = b"\xff" * SECTOR
    before = read_storage(bytes(data))
    editor = only(data)
    editor.erase_unused()
    editor.save()
    after = read_storage(bytes(data))
    assert before
    assert after
    assert before.values.keys() == after.values.keys() == {"big"}


def test_a_value_keeps_its_length() -> None:
    editor = only(bytearray(encode_storage(VALUES, inner_key=KEY)))
    with pytest.raises(ValueError, match="length"):
        editor.replace(editor.values[0], b"")


def test_a_protected_block_is_edited_and_its_tail_erased() -> None:
    long = encode_protected({"gw_bi": b"old" * 100}, inner_key=KEY, writes=3)
    short = encode_protected({"gw_bi": b"new"}, inner_key=KEY, writes=4)
    master = b"qwertyuiopasdfgh"
    mixed = bytearray(decrypt(master, short))
    mixed[128:400] = decrypt(master, long)[128:400]
    mixed[4:8] = sum(mixed[8:]).to_bytes(4, "little")
    data = bytearray(encrypt(master, bytes(mixed)))
    (editor,) = open_protected(data, 0)
    ((name, start, end),) = editor.records()
    assert (name, bytes(editor.body[start:end])) == ("gw_bi", b"new")
    assert b"oldold" in editor.body
    assert editor.erase_unused()
    editor.body[start:end] = b"NEW"
    editor.save()
    (block,) = find_protected(bytes(data))
    assert block.ok
    assert (block.values["gw_bi"].value, block.writes) == (b"NEW", 4)
    (again,) = open_protected(data, 0)
    assert b"old" not in again.body


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 18 * SECTOR - 1), st.binary(min_size=1, max_size=200)), max_size=12
    )
)
def test_a_damaged_storage_never_breaks_the_editor(edits: list[tuple[int, bytes]]) -> None:
    data = bytearray(encode_storage(VALUES, inner_key=KEY, older=[OLDER]))
    for at, content in edits:
        data[at : at + len(content)] = content
    size = len(data)
    for editor in open_storages(data):
        for value in editor.values:
            editor.replace(value, bytes(len(value.value)))
        editor.erase_unused()
        editor.save()
    assert len(data) == size
