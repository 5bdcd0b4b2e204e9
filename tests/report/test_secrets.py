"""Nothing of what identifies or opens somebody's device leaves without ``show_secrets``."""

import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from analyses import real, sample
from bekenlab.analysis.model import Analysis
from bekenlab.report.files import write_files
from bekenlab.report.html import html_report
from bekenlab.report.json_report import to_json
from bekenlab.report.summary import summary_line
from bekenlab.report.text import render
from bekenlab.samples import SAMPLE_NAME
from bekenlab.tuya.protected import find_protected
from bekenlab.tuya.storage.read import read_storage
from shared import dump_names

SHORTEST = 8
# Fields of secret values that say the same of thousands of devices: the name of Tuya's own access
# point, its firmware's key, the schema (also the name of the stored schema), product and servers.
PUBLIC = {"ap_ssid", "firmk", "s_id", "pk", "hs_url", "mqs_url", "mq_url", "mq_psk", "fac_pin"}


def analysis_of(name: str) -> Analysis:
    return sample() if name == SAMPLE_NAME else real(name)


def texts_in(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a JSON value with the name of its field."""
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from texts_in(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner, field)


def secrets_of(analysis: Analysis) -> dict[bytes, str]:
    """What must not be seen: bytes to the name of what they are."""
    found: dict[bytes, str] = {}
    storage = analysis.tuya.storage
    for value in storage.values.values() if storage else ():
        if value.secret:
            raw = value.value.rstrip(b"\0")
            found[raw] = value.name
            found[hashlib.sha256(value.value).hexdigest().encode()] = f"hash of {value.name}"
            try:
                texts = list(texts_in(json.loads(raw)))
            except ValueError:
                texts = []
            for field, text in texts:
                if field not in PUBLIC:
                    found[text.encode()] = f"{value.name}.{field}"
    if storage:
        found[storage.inner_key.reveal()] = "inner key"
        found[storage.inner_key.reveal().hex().encode()] = "inner key"
    if analysis.image and analysis.image.rf and analysis.image.rf.mac:
        mac = analysis.image.rf.mac
        found[mac.encode()] = found[mac.replace(":", "").encode()] = "MAC"
        found[bytes.fromhex(mac.replace(":", ""))] = "MAC"
    return {raw: name for raw, name in found.items() if len(raw) >= SHORTEST or name == "MAC"}


def leaks(content: bytes, analysis: Analysis) -> list[str]:
    folded = content.lower()
    return [name for raw, name in secrets_of(analysis).items() if raw.lower() in folded]


def text_report(analysis: Analysis, *, show_secrets: bool = False) -> str:
    console = Console(file=io.StringIO(), width=10_000)
    console.print(render(analysis, show_secrets=show_secrets))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


NAMES = [SAMPLE_NAME, *dump_names()]


@pytest.mark.parametrize("name", NAMES)
def test_reports_hold_no_secret(name: str) -> None:
    analysis = analysis_of(name)
    report = json.dumps(to_json(analysis), ensure_ascii=False)
    assert leaks(report.encode(), analysis) == []
    assert leaks(text_report(analysis).encode(), analysis) == []
    assert leaks(summary_line(analysis).encode(), analysis) == []
    assert leaks(html_report(analysis).encode(), analysis) == []


@pytest.mark.parametrize("name", NAMES)
def test_files_hold_no_secret_and_nothing_to_decrypt_one_from(name: str, tmp_path: Path) -> None:
    analysis = analysis_of(name)
    for path in write_files(analysis, tmp_path):
        content = path.read_bytes()
        assert leaks(content, analysis) == [], path.name
        if path.suffix == ".bin":
            assert read_storage(content) is None, path.name
            assert find_protected(content) == (), path.name


def test_there_are_secrets_to_be_found_in_real_dumps() -> None:
    """Otherwise the tests above would pass for nothing."""
    counts = [len(secrets_of(real(name))) for name in dump_names()]
    assert sum(count > 10 for count in counts) >= 20


@pytest.mark.parametrize("name", NAMES)
def test_secrets_are_shown_when_asked_for(name: str) -> None:
    analysis = analysis_of(name)
    report = to_json(analysis, show_secrets=True)
    if analysis.image and analysis.image.rf:
        assert report["image"]["mac"] == analysis.image.rf.mac
        assert analysis.image.rf.mac is None or analysis.image.rf.mac in text_report(
            analysis, show_secrets=True
        )
    for key in (report["tuya"]["storage"] or {"keys": []})["keys"]:
        assert {"value", "sha256"} <= key.keys()


def test_a_masked_mac_names_the_maker_only() -> None:
    assert to_json(sample())["image"]["mac"] == "02:be:4e:xx:xx:xx"
    assert "02:be:4e:xx:xx:xx" in text_report(sample())


def test_hidden_values_keep_name_and_length() -> None:
    keys = {key["name"]: key for key in to_json(sample())["tuya"]["storage"]["keys"]}
    assert keys["gw_bi"].keys() == {"name", "length", "ok", "secret"}
    assert keys["gw_bi"]["secret"] is True
    assert keys["em_sys_env"]["value"] == "bk7231n"
    assert not any("sha256" in key for key in keys.values())
