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
boards: Any = importlib.import_module("esphome.components.bk72xx.boards")


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


def board_pins(name: str) -> list[int]:
    pins = boards.BK72XX_BOARD_PINS[name]
    while isinstance(pins, str):
        pins = boards.BK72XX_BOARD_PINS[pins]
    return sorted(set(pins.values()))


def main() -> None:
    logging.disable(logging.CRITICAL)
    secrets, documents = json.load(sys.stdin)
    found: dict[str, Any] = {
        "": {"boards": {name: board_pins(name) for name in boards.BK72XX_BOARDS}}
    }
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "secrets.yaml").write_text(secrets)
        for number, (name, text) in enumerate(documents.items()):
            path = Path(folder, f"{number}.yaml")
            path.write_text(text, encoding="utf-8")
            found[name] = validate(path)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
