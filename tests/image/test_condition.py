"""What a device cannot do without, which key it has, and what is said when that is missing."""

from __future__ import annotations

import pytest

from bekenlab.image import cipher, framing
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey
from bekenlab.image.condition import NOTHING_KNOWN, Condition
from bekenlab.image.keys import (
    CodeKeys,
    KeyWitnesses,
    key_at,
    key_name,
    keys_of,
    runs_under,
    same_key,
    stored_as,
)
from bekenlab.image.loader_check import LoaderCheck, LoaderState, check_loader
from bekenlab.image.rf import RfState
from image.code import arm_code

OTHER = CodeKey((0x11111111, 0x22222222, 0x33333333, 0x44000000))
INTACT = LoaderCheck(LoaderState.INTACT, TUYA_KEY)
AGREED = KeyWitnesses(TUYA_KEY, CodeKeys(TUYA_KEY, TUYA_KEY))
APP = 0x11000
TUYA_PLAIN = "the boot loader is encrypted with Tuya's key and the app is not encrypted"


def codes(condition: Condition) -> list[str]:
    return [notice.code for notice in condition.notices()]


@pytest.mark.parametrize("rf", [None, RfState.PRESENT])
def test_of_what_is_intact_nothing_is_said(rf: RfState | None) -> None:
    condition = Condition(INTACT, AGREED, rf, 0x1D0000)
    assert condition.has_rf
    assert codes(condition) == []
    assert condition.worst is None
    assert codes(NOTHING_KNOWN) == []


def test_the_most_serious_fault_comes_first() -> None:
    loader = LoaderCheck(LoaderState.ERASED, None, "the boot loader is erased (FF)")
    disagree = KeyWitnesses(PLAIN_KEY, CodeKeys(None, TUYA_KEY))
    condition = Condition(loader, disagree, RfState.ERASED, 0x1D0000)
    assert codes(condition) == ["no-boot-loader", "keys-disagree", "no-rf"]
    assert condition.worst
    assert condition.worst.message.startswith("The boot loader is erased (FF): the device")
    assert condition.notices()[1].message.startswith("The eFuse holds no key, but the app is")
    assert "0x1d0000" in condition.notices()[2].message


def test_a_loader_under_another_key_is_said_once() -> None:
    loader = LoaderCheck(LoaderState.OTHER_KEY, OTHER, "the boot loader is stored under another")
    disagree = KeyWitnesses(TUYA_KEY, CodeKeys(OTHER, None))
    assert codes(Condition(loader, disagree)) == ["no-boot-loader"]
    assert codes(Condition(INTACT, disagree)) == ["keys-disagree"]


@pytest.mark.parametrize("found", [0, 0x1E3000])
def test_rf_data_elsewhere_are_not_missing(found: int) -> None:
    condition = Condition(INTACT, AGREED, RfState.ERASED, 0x1D0000, found)
    assert not condition.has_rf
    assert codes(condition) == ["rf-elsewhere"]
    assert f"at 0x{found:x}, not at 0x1d0000" in condition.notices()[0].message
    assert codes(Condition(INTACT, AGREED, RfState.PRESENT, 0x1D0000, found)) == []


@pytest.mark.parametrize(
    ("efuse", "loader", "app", "usual", "key"),
    [
        (OTHER, TUYA_KEY, PLAIN_KEY, None, OTHER),
        (None, TUYA_KEY, OTHER, PLAIN_KEY, TUYA_KEY),
        (None, None, OTHER, PLAIN_KEY, OTHER),
        (None, None, None, PLAIN_KEY, PLAIN_KEY),
        (None, None, None, None, None),
    ],
)
def test_the_best_witness_decides(
    efuse: CodeKey | None,
    loader: CodeKey | None,
    app: CodeKey | None,
    usual: CodeKey | None,
    key: CodeKey | None,
) -> None:
    assert KeyWitnesses(efuse, CodeKeys(loader, app), usual).key == key


@pytest.mark.parametrize(
    ("efuse", "loader", "app", "text"),
    [
        (None, None, None, ""),
        (TUYA_KEY, None, None, ""),
        (None, TUYA_KEY, TUYA_KEY, ""),
        (OTHER, TUYA_KEY, PLAIN_KEY, f"the eFuse holds another key, but {TUYA_PLAIN}"),
        (TUYA_KEY, TUYA_KEY, PLAIN_KEY, f"the eFuse holds Tuya's key, but {TUYA_PLAIN}"),
        (None, TUYA_KEY, PLAIN_KEY, TUYA_PLAIN.replace(" and", ", but")),
    ],
)
def test_a_contradiction_names_who_says_what(
    efuse: CodeKey | None, loader: CodeKey | None, app: CodeKey | None, text: str
) -> None:
    assert KeyWitnesses(efuse, CodeKeys(loader, app), OTHER).conflict == text


def test_keys_in_words() -> None:
    assert [key_name(key) for key in (PLAIN_KEY, TUYA_KEY, OTHER)] == [
        "no key", "Tuya's key", "another key",
    ]  # fmt: skip
    assert stored_as(PLAIN_KEY) == "not encrypted"
    assert stored_as(OTHER) == "encrypted with another key"


def test_keys_are_the_same_where_they_decrypt_alike() -> None:
    assert same_key(PLAIN_KEY, CodeKey((1, 2, 3, 0xFF000000)))
    assert not same_key(OTHER, CodeKey((0x11111111, 0x22222222, 0x33333332, 0x44000000)))
    assert not same_key(PLAIN_KEY, TUYA_KEY)


def code(address: int, key: CodeKey, size: int = 0x400) -> bytes:
    return framing.add(cipher.apply(arm_code(size), address, key))


def test_loader_and_app_each_have_their_key() -> None:
    loader, app = code(0, TUYA_KEY), code(0x10000, PLAIN_KEY)
    keys = keys_of(loader.ljust(APP, b"\xff") + app)
    assert (keys.loader, keys.app, keys.first) == (TUYA_KEY, PLAIN_KEY, TUYA_KEY)
    keys = keys_of(b"\xff" * APP + app)
    assert (keys.loader, keys.app, keys.first) == (None, PLAIN_KEY, PLAIN_KEY)
    assert keys_of(b"") == CodeKeys()
    assert keys_of(loader[:33]) == CodeKeys(), "less than a frame"
    assert keys_of(loader[:34]).loader == TUYA_KEY
    spoilt = bytes([loader[0], loader[1] ^ 1]) + loader[2:]
    assert keys_of(spoilt) == CodeKeys(), "the first frame must be right"
    assert key_at(bytes(7) + app, 7, 0x10000) == PLAIN_KEY


def test_a_key_opens_code_where_it_belongs_only() -> None:
    app = code(0x10000, TUYA_KEY)
    assert runs_under(app, 0, 0x10000, TUYA_KEY)
    assert runs_under(bytes(5) + app, 5, 0x10000, TUYA_KEY)
    assert not runs_under(app, 0, 0, TUYA_KEY)
    assert not runs_under(app, 0, 0x10000, OTHER)


# boot loaders --------------------------------------------------------------------------------


def loader(size: int = APP, key: CodeKey = TUYA_KEY) -> bytes:
    """A loader nobody knows, without a trailer."""
    return code(0, key, size // 34 * 32).ljust(APP, b"\xff")


@pytest.mark.parametrize(
    ("head", "state"),
    [
        (b"\xff" * APP, LoaderState.ERASED),
        (bytes(APP), LoaderState.UNREADABLE),
        (b"CFG".ljust(APP, b"\xff"), LoaderState.NO_CODE),
        (loader(7 * 34), LoaderState.NO_CODE),
        (loader(8 * 34), LoaderState.UNKNOWN),
        (loader(), LoaderState.UNKNOWN),
        (b"\xff" * 34 + loader()[34:], LoaderState.DAMAGED),
        (loader()[:340] + b"\0" + loader()[341:], LoaderState.DAMAGED),
        (code(0x10000, TUYA_KEY).ljust(APP, b"\xff"), LoaderState.APP),
        (loader() + b"anything", LoaderState.UNKNOWN),
    ],
)
def test_what_lies_where_the_loader_belongs(head: bytes, state: LoaderState) -> None:
    check = check_loader(head)
    assert check.state is state
    assert check.starts is (state is LoaderState.UNKNOWN)
    assert bool(check.about) is not check.starts


def test_code_under_the_chips_own_key_is_told_from_an_app() -> None:
    own = code(0x10000, OTHER).ljust(APP, b"\xff")
    assert check_loader(own, key=OTHER).state is LoaderState.APP
    assert check_loader(own, app_key=OTHER).state is LoaderState.APP
    assert check_loader(loader(key=OTHER), key=OTHER).state is LoaderState.UNKNOWN
