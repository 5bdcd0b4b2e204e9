"""The configuration sector of an OpenBeken device."""

from bekenlab.openbeken.config.defaults import new_config
from bekenlab.openbeken.config.fields import (
    VERSIONS,
    Field,
    Hidden,
    Kind,
    all_fields,
    find_field,
    layout,
)
from bekenlab.openbeken.config.locate import Found, find_config
from bekenlab.openbeken.config.sector import Config, decode_config, empty_config
from bekenlab.openbeken.config.values import Value, parse

__all__ = [
    "VERSIONS",
    "Config",
    "Field",
    "Found",
    "Hidden",
    "Kind",
    "Value",
    "all_fields",
    "decode_config",
    "empty_config",
    "find_config",
    "find_field",
    "layout",
    "new_config",
    "parse",
]
