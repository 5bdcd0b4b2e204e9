"""The JSON report keeps its contract for every dump, good or bad, and shows what was asked for."""

import json
import random

import pytest

import contract
from analyses import real, sample, study
from bekenlab.errors import FileAccessError
from bekenlab.report.json_report import failure_json, to_json
from bekenlab.samples import build_sample
from shared import dump_names, expected

BAD = {
    "empty": b"",
    "erased": b"\xff" * 0x200000,
    "zero": bytes(0x200000),
    "random": random.Random(9).randbytes(0x40000),
    "text": b"hello",
    "OpenBeken settings": b"CFG" + bytes(3000),
    "configuration": b"{rl1_pin:26,bt1_pin:10,odd_pin:x,module:CB2S}",
    "truncated": build_sample()[:0x100000],
    "half a storage": build_sample()[0x1F0000:],
    "loader": build_sample()[:0x11000],
    "app": build_sample()[0x11000:0x12A000],
}


@pytest.mark.parametrize("secrets", [False, True])
@pytest.mark.parametrize("name", dump_names())
def test_real_dumps_keep_the_contract(name: str, secrets: bool) -> None:
    report = to_json(real(name), show_secrets=secrets)
    contract.check(report)
    assert report == json.loads(json.dumps(report, allow_nan=False))
    assert "error" not in report
    for pin in report["pins"]:
        assert 0 <= pin["gpio"] < 64
        assert pin["evidence"]
    for part in report["image"]["partitions"]:
        start, end = part["physical"]
        assert 0 <= start < end


@pytest.mark.parametrize("secrets", [False, True])
@pytest.mark.parametrize("kind", BAD)
def test_bad_inputs_keep_the_contract(kind: str, secrets: bool) -> None:
    report = to_json(study(BAD[kind]), show_secrets=secrets)
    contract.check(report)
    json.dumps(report, allow_nan=False)
    usable = kind in ("configuration", "app", "half a storage")
    assert usable or report["error"]["exit"] == 9
    assert report["file"]["size"] == len(BAD[kind])


def test_the_contract_is_not_kept_by_anything() -> None:
    """The checker itself: each field taken away or turned into another type is noticed."""
    report = to_json(sample())
    contract.check(report)
    for section in ("file", "image", "firmware", "tuya"):
        for field in contract.REPORT[section]:
            broken = json.loads(json.dumps(report))
            del broken[section][field]
            assert contract.violations(broken, contract.REPORT), field
            broken[section][field] = [{}]
            assert contract.violations(broken, contract.REPORT), field


def test_a_file_that_could_not_be_read_has_a_line_too() -> None:
    error = FileAccessError("a.bin does not exist", hint="look again")
    report = failure_json("a.bin", error, error.hint)
    contract.check_unread(report)
    assert report["file"] == {"name": "a.bin", "size": None, "sha256": None}
    assert report["error"] == {
        "code": "file-access",
        "message": "a.bin does not exist",
        "hint": "look again",
        "exit": 9,
    }


@pytest.mark.parametrize("name", dump_names())
def test_with_secrets_every_expected_key_has_its_hash(name: str) -> None:
    storage = to_json(real(name), show_secrets=True)["tuya"]["storage"]
    facts = expected(name).get("storage")
    assert (storage is None) == (facts is None)
    if storage is None or facts is None:
        return
    keys = {key["name"]: (key["length"], key["sha256"], key["ok"]) for key in storage["keys"]}
    wanted = {k: (fact["length"], fact["sha256"], True) for k, fact in facts["keys"].items()}
    assert keys == wanted
    assert storage["blocks"] == facts["blocks"]
    rotation = to_json(real(name))["image"]["rotation"]
    assert storage["physical"][0] == (facts["offset"] + rotation) % expected(name)["image"]["size"]


def test_the_sample_as_json() -> None:
    report = to_json(sample())
    assert report["image"]["chip"] == "BK7231N"
    assert report["image"]["encryption"] == "tuya"
    assert report["image"]["rotation"] == 0
    assert report["module"] == "CB2S"
    assert report["tuya"]["parameters_source"] == "storage"
    assert report["tuya"]["parameters"]["rl1_pin"] == 26
    [relay] = [pin for pin in report["pins"] if pin["role"] == "Rel"]
    assert (relay["gpio"], relay["channel"], relay["polarity"]) == (26, 1, "active_high")
    assert {"source": "storage", "key": "rl1_pin"} in relay["evidence"]
    assert report["openbeken"]["template"]["pins"]["26"] == "Rel;1"
    assert report["warnings"] == []


def test_the_rotation_of_a_real_dump() -> None:
    assert to_json(real("led-moon-18w-cct-kobi"))["image"]["rotation"] == 0x11000
