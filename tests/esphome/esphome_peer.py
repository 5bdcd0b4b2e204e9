"""Validates many ESPHome configurations in one process, as ``esphome config`` does each of them.

It runs under an interpreter that has ESPHome. Standard input is a JSON list: what
``secrets.yaml`` holds, and an object with the YAML by name. Standard output is an object with
``ok``, ``errors`` and the validated ``config`` of each, and the boards' pins under the name ``""``.
"""

import contextlib
import importlib
import io
import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

# Not "import esphome": for tools that read this folder, that is the folder itself.
reader: Any = importlib.import_module("esphome.config")
core: Any = importlib.import_module("esphome.core")
PLATFORMS = ("bk72xx", "rtl87xx", "ln882x")


def plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): plain(content) for key, content in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(content) for content in value]
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float):  # ESPHome has classes of its own for these
        if isinstance(value, kind):
            return kind(value)
    return str(value)


def validate(path: Path) -> dict[str, Any]:
    core.CORE.reset()
    core.CORE.config_path = path
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        config = reader.read_config({})
    return {"ok": config is not None, "errors": said.getvalue(), "config": plain(config)}


def board_pins(platform: str) -> dict[str, list[int]]:
    """The pins of each board; asked last, since loading a platform changes those loaded before."""
    module: Any = importlib.import_module(f"esphome.components.{platform}.boards")
    table = getattr(module, f"{platform.upper()}_BOARD_PINS")
    found: dict[str, list[int]] = {}
    for name in getattr(module, f"{platform.upper()}_BOARDS"):
        pins = table[name]
        while isinstance(pins, str):
            pins = table[pins]
        found[name] = sorted(set(pins.values()))
    return found


def main() -> None:
    logging.disable(logging.CRITICAL)
    secrets, documents = json.load(sys.stdin)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "secrets.yaml").write_text(secrets)
        for number, (name, text) in enumerate(documents.items()):
            path = Path(folder, f"{number}.yaml")
            path.write_text(text, encoding="utf-8")
            found[name] = validate(path)
    found[""] = {"boards": {platform: board_pins(platform) for platform in PLATFORMS}}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
