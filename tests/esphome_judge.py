"""ESPHome, which has strict pins and therefore an environment of its own, as a judge of YAML."""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

_TESTS = Path(__file__).resolve().parent
_ROOT = _TESTS.parent
_VARIABLE = "BEKENLAB_ESPHOME_PYTHON"


# Invented, and of the kind that ESPHome accepts.
SECRETS = """\
wifi_ssid: network
wifi_password: password
ap_password: password
api_key: AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
ota_password: password
"""


# Loading a second platform of LibreTiny's changes what the first accepts (ESPHome 2026.6).
_PLATFORMS = ("bk72xx", "rtl87xx", "ln882x")


@dataclass(frozen=True)
class Judgement:
    ok: bool
    errors: str
    config: Any


def interpreter() -> Path:
    """A Python with ESPHome; skips the test where there is none, fails it in CI."""
    named = os.environ.get(_VARIABLE)
    places = [Path(named)] if named else [_ROOT / ".venv-esphome" / "bin" / "python"]
    places += [] if named else [_ROOT / ".venv-esphome" / "Scripts" / "python.exe"]
    for place in places:
        if place.exists():
            return place
    reason = (
        f"needs ESPHome in .venv-esphome (see CONTRIBUTING.md), or {_VARIABLE} naming its Python"
    )
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def command() -> list[str]:
    """ESPHome's own command line."""
    return [str(interpreter()), "-m", "esphome"]


def judge(documents: Mapping[str, str]) -> dict[str, Judgement]:
    """What ESPHome says of each document; equal ones are read once, in one process a platform."""
    first: dict[str, str] = {}
    for name, text in documents.items():
        first.setdefault(text, name)
    said: dict[str, Any] = {}
    for platform in _PLATFORMS:
        asked = {name: text for text, name in first.items() if f"\n{platform}:" in f"\n{text}"}
        said |= _ask(asked) if asked else {}
    rest = {name: text for text, name in first.items() if name not in said}
    said |= _ask(rest) if rest else {}
    return {name: Judgement(**said[first[text]]) for name, text in documents.items()}


def boards(*platforms: str) -> dict[str, list[int]]:
    """The pins of each board that ESPHome knows, by default of Beken's."""
    found = _boards()
    return {k: v for platform in platforms or ("bk72xx",) for k, v in found[platform].items()}


@cache
def _boards() -> dict[str, dict[str, list[int]]]:
    found: dict[str, dict[str, list[int]]] = _ask({})[""]["boards"]
    return found


def _ask(documents: Mapping[str, str]) -> dict[str, Any]:
    run = subprocess.run(
        [str(interpreter()), str(_TESTS / "esphome" / "esphome_peer.py")],
        input=json.dumps([SECRETS, documents]),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    answer: dict[str, Any] = json.loads(run.stdout)
    return answer
