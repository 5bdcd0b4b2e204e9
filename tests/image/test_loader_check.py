"""What counts as a boot loader that the chip can run."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from bekenlab.image import read_image, rf
from bekenlab.image.cipher import PLAIN_KEY, TUYA_KEY, CodeKey
from bekenlab.image.keys import CodeKeys, KeyWitnesses, key_name, keys_of, same_key, stored_as
from bekenlab.image.loader_check import LoaderState, check_loader
from bekenlab.image.rf import RfState
from broken_chips import APP, OTHER_KEY, SAMPLE, SECTOR, blank, changed, recoded
from shared import dump, dump_names

if TYPE_CHECKING:
    from collections.abc import Callable

N, E7238, T = "openbk7231n-qio-1.18.300", "openbk7238-qio-1.18.300", "openbk7231t-qio-1.18.300"


def head(name: str) -> bytes:
    return dump(name)[:APP]


def test_the_samples_loader_is_intact() -> None:
    check = check_loader(SAMPLE, chips=("BK7231N",), key=TUYA_KEY)
    assert (check.state, check.starts, check.about) == (LoaderState.INTACT, True, "")


@pytest.mark.parametrize("name", dump_names())
def test_every_real_loader_is_intact_under_the_key_of_its_app(name: str) -> None:
    image = read_image(dump(name))
    if image.loader is None:
        pytest.skip("no boot loader in it")
    check = check_loader(image.physical, key=keys_of(image.physical).app)
    assert check.state is LoaderState.INTACT


BROKEN: list[tuple[Callable[[], bytes], LoaderState]] = [
    (lambda: b"\xff" * APP, LoaderState.ERASED),
    (lambda: bytes(APP), LoaderState.UNREADABLE),
    (lambda: dump(N)[APP : 2 * APP], LoaderState.APP),
    (lambda: dump(E7238)[APP : 2 * APP], LoaderState.APP),
    (lambda: recoded(dump(N)[: 3 * APP], 0, 3 * APP, OTHER_KEY)[APP : 2 * APP], LoaderState.APP),
    (lambda: blank(head(E7238), 0, SECTOR), LoaderState.DAMAGED),
    (lambda: blank(head(N), 5 * SECTOR, 6 * SECTOR), LoaderState.DAMAGED),
    (lambda: blank(head(N), 8 * SECTOR, APP), LoaderState.DAMAGED),
    (lambda: blank(head(N), 16 * SECTOR, APP), LoaderState.DAMAGED),
    (lambda: changed(head(N), 0x5000, b"\0"), LoaderState.DAMAGED),
    (lambda: random.Random(1).randbytes(APP), LoaderState.NO_CODE),
    (lambda: b"CFG".ljust(APP, b"\xff"), LoaderState.NO_CODE),
]


@pytest.mark.parametrize("key", [None, TUYA_KEY])
@pytest.mark.parametrize(("make", "state"), BROKEN)
def test_what_is_no_loader_is_named(
    make: Callable[[], bytes], state: LoaderState, key: CodeKey | None
) -> None:
    check = check_loader(make(), key=key)
    assert (check.state, check.starts) == (state, False)
    assert check.about


def test_a_loader_under_another_key_or_for_another_chip_is_not_for_this_one() -> None:
    assert check_loader(head(N), key=PLAIN_KEY).state is LoaderState.OTHER_KEY
    assert check_loader(head(E7238), chips=("BK7231N",)).state is LoaderState.OTHER_CHIP
    assert check_loader(head(T), chips=("BK7231N",)).state is LoaderState.OTHER_CHIP
    # The same silicon: only the key could tell them apart.
    assert check_loader(head(N), chips=("BK7231M",)).state is LoaderState.INTACT


def test_an_unknown_loader_that_fits_may_work() -> None:
    """Its trailer was encrypted with the rest, so that nothing confirms it; it is kept."""
    other = recoded(dump(N), 0, 3 * APP, OTHER_KEY)
    check = check_loader(other, key=OTHER_KEY, app_key=OTHER_KEY)
    assert check.state is LoaderState.UNKNOWN
    assert check.starts
    assert check.key is not None
    assert same_key(check.key, OTHER_KEY)


def test_keys_are_compared_by_what_they_do() -> None:
    found = keys_of(recoded(dump(N), 0, 6 * APP, OTHER_KEY))
    assert found.app is not None
    assert found.app != OTHER_KEY
    assert same_key(found.app, OTHER_KEY)
    assert not same_key(found.app, TUYA_KEY)
    assert key_name(found.app) == "another key"
    assert stored_as(PLAIN_KEY) == "not encrypted"
    assert stored_as(TUYA_KEY) == "encrypted with Tuya's key"
    assert same_key(PLAIN_KEY, CodeKey((1, 2, 3, 0xFF000000)))


def test_witnesses_that_contradict_each_other_are_named() -> None:
    agreed = KeyWitnesses(TUYA_KEY, CodeKeys(TUYA_KEY, TUYA_KEY))
    assert (agreed.key, agreed.conflict) == (TUYA_KEY, "")
    told = KeyWitnesses(PLAIN_KEY, CodeKeys(TUYA_KEY, None))
    assert told.key == PLAIN_KEY
    assert "the eFuse holds no key, but the boot loader is encrypted with Tuya's" in told.conflict
    code = KeyWitnesses(None, CodeKeys(TUYA_KEY, PLAIN_KEY), PLAIN_KEY)
    assert code.key == TUYA_KEY
    assert "the app is not encrypted" in code.conflict
    assert KeyWitnesses(usual=TUYA_KEY).key == TUYA_KEY


@pytest.mark.parametrize(
    ("sector", "state"),
    [
        (rf.build(bytes.fromhex("02be4e000001")), RfState.PRESENT),
        (b"\xff" * SECTOR, RfState.ERASED),
        (bytes(SECTOR), RfState.UNREADABLE),
        (b"CFG".ljust(SECTOR, b"\xff"), RfState.OTHER),
        (b"TLV\0".ljust(SECTOR, b"\xff"), RfState.DAMAGED),
        (rf.build(b"\xff" * 6), RfState.DAMAGED),
        (rf.build(bytes.fromhex("c8478c428848")), RfState.DEFAULT),
        (rf.build(bytes.fromhex("c8478c000000")), RfState.DEFAULT),
    ],
)
def test_rf_data_are_there_or_not(sector: bytes, state: RfState) -> None:
    assert rf.check(sector) is state
