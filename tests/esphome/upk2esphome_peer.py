"""Run by an interpreter that has upk2esphome: configurations from standard input to YAML's data.

For each: the document as JSON, or null where upk2esphome makes none.
"""

import json
import sys
from importlib import import_module
from typing import Any

generator = import_module("upk2esphome.generator")
opts = import_module("upk2esphome.opts")


def made(config: dict[str, Any]) -> Any:
    wanted = opts.Opts(esphome_block=False, common=False, web_server=False)
    result = generator.upk2esphome(config, wanted)
    return None if result.errors or not result.data else result.data


documents = [made(config) for config in json.load(sys.stdin)]
sys.stdout.write(json.dumps(documents, default=str))
