"""Hides secrets in configurations, whose texts can hold more than pins."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bekenlab.secret import REDACTED
from bekenlab.tuya.names import is_secret_parameter

if TYPE_CHECKING:
    from bekenlab.pins import UnknownKey
    from bekenlab.tuya.parameters.model import Parameters

_NUMBER = re.compile(r"-?\d{1,4}")


def visible_parameters(
    parameters: Parameters | None, *, show_secrets: bool
) -> dict[str, Any] | None:
    """Parameters by name, with secret ones hidden; None if there are none."""
    if parameters is None or not parameters.values:
        return None
    return _visible(parameters.values, show_secrets=show_secrets)


def _visible(values: Mapping[str, Any], *, show_secrets: bool) -> dict[str, Any]:
    return {name: _value(name, value, show_secrets=show_secrets) for name, value in values.items()}


def _value(name: str, value: Any, *, show_secrets: bool) -> Any:
    if isinstance(value, Mapping):
        return _visible(value, show_secrets=show_secrets)
    if isinstance(value, list):
        return [_value(name, item, show_secrets=show_secrets) for item in value]
    # A pin is a number; a text in its place may be a secret.
    odd = name.endswith("pin") and isinstance(value, str) and not _NUMBER.fullmatch(value)
    return REDACTED if (odd or is_secret_parameter(name)) and not show_secrets else value


def visible_unknown(key: UnknownKey, *, show_secrets: bool) -> str:
    """The value of an unknown key: a number is shown, anything else is hidden."""
    shown = show_secrets or _NUMBER.fullmatch(key.value) is not None
    return key.value if shown else f"{REDACTED}, {len(key.value)} characters"
