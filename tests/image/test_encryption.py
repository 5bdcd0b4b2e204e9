"""State of encryption and recovery of unknown keys."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bekenlab.image import cipher, recovery
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey
from bekenlab.image.encryption import EncryptionState, decide, looks_like_vectors
from image.code import arm_code

WORD = st.integers(0, 0xFFFFFFFF)
CODE = arm_code(0x4000)


@pytest.mark.parametrize(
    ("key", "state"), [(PLAIN_KEY, EncryptionState.PLAIN), (TUYA_KEY, EncryptionState.TUYA)]
)
def test_known_keys_are_named(key: CodeKey, state: EncryptionState) -> None:
    found = decide({0x10000: cipher.apply(CODE, 0x10000, key)})
    assert (found.state, found.key) == (state, key)
    label = "as stored" if key is PLAIN_KEY else "under the Tuya key"
    assert found.evidence == (f"vector table at logical 0x10000 {label}",)


@settings(max_examples=25)
@given(st.tuples(WORD, WORD, WORD, st.integers(0x01000000, 0xFEFFFFFF)).map(CodeKey))
def test_an_unknown_key_is_replaced_by_one_that_decrypts_the_same(key: CodeKey) -> None:
    stored = cipher.apply(CODE, 0x10000, key)
    found = decide({0x10000: stored})
    assert found.key is not None
    assert cipher.apply(stored, 0x10000, found.key) == CODE


def test_known_words_anywhere_give_the_candidates() -> None:
    key = CodeKey((1, 0x12345678, 3, 0x55AA0000))
    stored = cipher.apply(CODE, 0x20000, key)
    known = [int.from_bytes(CODE[i : i + 4], "little") for i in range(0, 64, 4)]
    keys = recovery.keys_for(stored, 0x20000, known)
    assert any(cipher.apply(stored, 0x20000, found) == CODE for found in keys)
    assert recovery.keys_for(stored, 0x20000, [known[0], None]) == ()


def vectors(*handlers: int, first: int = 0xEA00000E) -> bytes:
    return b"".join(word.to_bytes(4, "little") for word in (first, *handlers))


LOAD, BRANCH, OTHER = 0xE59FF014, 0xEA001234, 0xE3A00000


@pytest.mark.parametrize(
    ("table", "known"),
    [
        (vectors(*[LOAD] * 7), True),
        (vectors(*[BRANCH] * 7), True),
        (vectors(*[LOAD] * 3, *[BRANCH] * 2, OTHER, OTHER), True),
        (vectors(*[LOAD] * 4, *[OTHER] * 3), False),
        (vectors(*[LOAD] * 7, first=LOAD), False),
        (vectors(*[LOAD] * 7, first=0xEB00000E), False),  # a call
        (vectors(*[0xE59FF018] * 7), False),  # a key that changes low bits only
        (vectors(*[0xEB001234] * 7), False),
        (vectors(*[LOAD] * 6), False),  # cut
        (vectors(*[LOAD] * 7)[:-1], False),
        (vectors(*[LOAD] * 7, *[OTHER] * 9) + b"rest", True),
    ],
)
def test_a_vector_table_is_a_branch_and_jumps(table: bytes, known: bool) -> None:
    assert looks_like_vectors(table) is known


def test_noise_has_no_key() -> None:
    assert decide({0: bytes(range(256)) * 4, 0x10000: b"\x5a" * 4096}).state == "unknown"


@given(st.binary(max_size=64))
def test_vectors_are_judged_in_any_bytes(data: bytes) -> None:
    assert looks_like_vectors(data) in (True, False)
    assert recovery.from_vectors(data, 0) is None or len(data) >= 8
