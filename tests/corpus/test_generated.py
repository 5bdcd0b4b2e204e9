"""Made-up dumps: the same every time, of all kinds, and understood."""

import hashlib
from collections import Counter
from random import Random
from typing import Any

import pytest

from bekenlab.corpus import generated
from bekenlab.corpus.fingerprint import shared_functions
from bekenlab.corpus.generated import generated_dump
from bekenlab.corpus.items import generated as items
from bekenlab.corpus.reading import Request
from bekenlab.corpus.rows import app_of
from bekenlab.image import read_image
from bekenlab.jobs.corpus.read import read


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, dict[str, Any]]]:
    known = tmp_path_factory.mktemp("known") / "known.bin"
    known.touch()
    found = []
    for item in items(60, seed=7):
        for content in read(Request(item, str(known), b"salt", "never", "never", 60)):
            found += [("files", content.file), *(content.rows or ())]
    return found


def test_a_dump_follows_from_its_number() -> None:
    digests = [hashlib.sha256(generated_dump(1, number)).hexdigest() for number in (3, 4, 3)]
    assert digests[0] == digests[2] != digests[1]
    assert generated_dump(2, 3) != generated_dump(1, 3)
    generated._code.cache_clear()
    generated._product.cache_clear()
    assert hashlib.sha256(generated_dump(1, 3)).hexdigest() == digests[0]


def test_they_are_of_all_kinds(rows: list[tuple[str, dict[str, Any]]]) -> None:
    states = Counter(row["status"] for table, row in rows if table == "files")
    dumps = [row for table, row in rows if table == "dumps"]
    assert states["read"] >= 50
    assert {row["chip"] for row in dumps} >= {"BK7231N"}
    sources = Counter(row["pin_source"] for row in dumps)
    assert sources["storage"] > 20
    assert sources["openbeken"] >= 1
    assert sources[None] >= 5
    assert any(row["mcu_baud"] for row in dumps)
    assert any(row["problem"] for row in dumps)
    assert len({row["product"] for row in dumps}) > 20


@pytest.mark.parametrize("damage", generated._DAMAGES, ids=lambda each: each.__name__)
def test_damage_changes_a_dump(damage: Any) -> None:
    whole = generated_dump(1, 0)
    assert damage(bytearray(whole), Random(1)) != whole
    assert damage(bytearray(whole), Random(1)) == damage(bytearray(whole), Random(1))


def test_versions_of_a_family_share_most_of_their_code() -> None:
    def sketch(family: int, version: int) -> tuple[int, ...]:
        found = app_of(read_image(generated._code(1, family, version)))
        assert found is not None
        return found.sketch

    assert shared_functions(sketch(0, 0), sketch(0, 1)) > 0.7
    assert shared_functions(sketch(0, 0), sketch(1, 0)) < 0.1


def test_every_family_has_devices() -> None:
    for number in range(8):
        product = generated._product(1, number)
        pins = [name for name in product.parameters if name.endswith("_pin")]
        gpios = [product.parameters[name] for name in pins]
        assert len(set(gpios)) == len(gpios) >= 2, "every pin is used once"
        assert product == generated._product(1, number)
