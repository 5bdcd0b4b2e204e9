"""Protected blocks as this project writes them."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.tuya.crypto import byte_sum, decrypt, encrypt
from bekenlab.tuya.facts import storage_facts
from bekenlab.tuya.protected import find_protected
from bekenlab.tuya.storage.encode import encode_protected

KEY = bytes(range(16))
VALUES = {"gw_bi": b'{"uuid":"1"}', "user_param_key": b"{rl1_pin:6,}", "empty": b""}
NAMES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=32)


@given(
    st.dictionaries(NAMES, st.binary(max_size=800), min_size=1, max_size=4),
    st.none() | st.integers(0, 1000),
    st.integers(0, 8000),
)
def test_records_read_back(values: dict[str, bytes], writes: int | None, before: int) -> None:
    data = bytes(before) + encode_protected(values, inner_key=KEY, writes=writes)
    [block] = find_protected(data, base=0x1000, phase=before)
    assert {name: value.value for name, value in block.values.items()} == values
    assert (block.address, block.ok, block.writes) == (0x1000 + before, True, writes)
    assert block.inner_key.reveal() == KEY
    assert block.notices == ()


def test_every_key_derivation_is_tried() -> None:
    for base in storage_facts().bases:
        [block] = find_protected(encode_protected(VALUES, inner_key=KEY, base_name=base.name))
        assert block.base_name == base.name


def test_a_damaged_block_gives_its_values_as_doubtful() -> None:
    data = bytearray(encode_protected(VALUES, inner_key=KEY))
    data[3000] ^= 1
    [block] = find_protected(bytes(data))
    assert not block.ok
    assert not block.values["gw_bi"].ok
    assert block.values["gw_bi"].value == VALUES["gw_bi"]
    assert [notice.code for notice in block.notices] == ["protected-block-damaged"]


def test_a_record_that_runs_out_ends_the_list() -> None:
    facts = storage_facts()
    plain = bytearray(decrypt(facts.master_key, encode_protected(VALUES, inner_key=KEY)))
    plain[24:28] = (32 + 60).to_bytes(4, "little")
    plain[4:8] = byte_sum(bytes(plain[8:])).to_bytes(4, "little")
    [block] = find_protected(encrypt(facts.master_key, bytes(plain)))
    assert list(block.values) == ["gw_bi"]
    assert [notice.code for notice in block.notices] == ["protected-block-cut"]


def test_values_are_not_shown_by_accident() -> None:
    [block] = find_protected(encode_protected(VALUES, inner_key=KEY))
    assert "uuid" not in repr(block)
    assert block.values["gw_bi"].secret
    assert not block.values["user_param_key"].secret


@given(st.binary(max_size=200), st.integers(0, 4095))
@settings(max_examples=50)
def test_any_bytes_under_the_master_key_are_read_without_error(junk: bytes, at: int) -> None:
    facts = storage_facts()
    plain = bytearray(decrypt(facts.master_key, encode_protected(VALUES, inner_key=KEY)))
    plain[at : at + len(junk)] = junk
    find_protected(encrypt(facts.master_key, bytes(plain[:4096])))
