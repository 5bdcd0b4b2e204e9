"""Options shared by ``config make`` and ``config edit``, and the sources of passwords."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bekenlab.cli.questions import new_password
from bekenlab.errors import BadValueError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bekenlab.openbeken.config import Value
    from bekenlab.openbeken.config.edit import Changes
    from bekenlab.openbeken.settings import PinSetting
    from bekenlab.secret import Secret

Command = TypeVar("Command", bound="Callable[..., object]")

_ENVIRONMENT = "BEKENLAB_"
_PASSWORDS = ("wifi_password", "wifi_password2", "mqtt_password", "web_password")
# Option, the field it sets, help.
_FIELDS = (
    ("--wifi-ssid", "wifi_ssid", "Name of the Wi-Fi network."),
    ("--wifi-ssid2", "wifi_ssid2", "Name of a second network, tried if the first fails."),
    ("--mqtt-host", "mqtt_host", "MQTT broker."),
    ("--mqtt-port", "mqtt_port", "Port of the broker."),
    ("--mqtt-user", "mqtt_user", "User at the broker."),
    ("--name", "long_name", "Full name of the device."),
    ("--short-name", "short_name", "Short name; also the MQTT client id of a new configuration."),
    ("--startup", "startup_command", r"Startup command; \n separates commands."),
)
_PROMPTS = {
    "wifi_password": "Wi-Fi password (empty for an open network)",
    "wifi_password2": "Password of the second Wi-Fi (empty for an open network)",
    "mqtt_password": "MQTT password (empty for none)",
    "web_password": "Password of OpenBeken's web page (empty for none)",
}
# Setting the name of a network asks for its password.
_GOES_WITH = {
    "wifi_ssid": "wifi_password",
    "wifi_ssid2": "wifi_password2",
    "mqtt_user": "mqtt_password",
}


def change_options(function: Command) -> Command:
    """Add the options to a command, which passes them to ``changes_from`` as keyword arguments."""
    options = [
        *(click.option(name, field, metavar="TEXT", help=text) for name, field, text in _FIELDS),
        click.option(
            "--wifi-password-file",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Read the Wi-Fi password from the first line of FILE.",
        ),
        click.option(
            "--ask",
            "asked",
            multiple=True,
            type=click.Choice(_PASSWORDS),
            metavar="NAME",
            help="Set this password, read from the environment or asked for: "
            f"{', '.join(_PASSWORDS)}.",
        ),
        click.option("--flag", "flags_on", multiple=True, metavar="FLAG", help="Set a flag."),
        click.option("--no-flag", "flags_off", multiple=True, metavar="FLAG", help="Clear a flag."),
        click.option(
            "--pin",
            "pins",
            multiple=True,
            metavar="GPIO=ROLE",
            help="Set up a pin, as in '26=Rel;1'; 8=None clears one.",
        ),
        click.option(
            "--set", "settings", multiple=True, metavar="FIELD=VALUE", help="Set any other field."
        ),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def changes_from(options: Mapping[str, Any]) -> Changes:
    """The changes requested by the options.

    Raises:
        BadValueError: A field, value, pin, role or flag is invalid.
    """
    from bekenlab.openbeken.config.edit import Changes
    from bekenlab.openbeken.flags import flag_number

    values = dict(_values(options))
    values |= _passwords(options, values)
    return Changes(
        values=values,
        pins=tuple(_pin(text) for text in options["pins"]),
        flags_on=frozenset(flag_number(text) for text in options["flags_on"]),
        flags_off=frozenset(flag_number(text) for text in options["flags_off"]),
    )


def _values(options: Mapping[str, Any]) -> Iterator[tuple[str, Value]]:
    from bekenlab.openbeken.config import find_field, parse

    given = [(field, options[field]) for _, field, _ in _FIELDS if options[field] is not None]
    for text in options["settings"]:
        name, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter("write FIELD=VALUE", param_hint="--set")
        given.append((name.strip(), value))
    for name, value in given:
        field = find_field(name)
        if name in _PASSWORDS:
            raise BadValueError(
                f"{name} is not accepted on the command line, where others could read it",
                hint=f"use --ask {name}, and {_ENVIRONMENT}{name.upper()} in scripts",
            )
        yield name, parse(field, value)


def _pin(text: str) -> PinSetting:
    from bekenlab.openbeken.settings import parse_typed_setting

    if "=" not in text:
        raise click.BadParameter("write '26=Rel;1', in quotes.", param_hint="--pin")
    return parse_typed_setting(text)


def _passwords(options: Mapping[str, Any], values: Mapping[str, Value]) -> dict[str, Secret]:
    from bekenlab.analysis.inputs import load_one
    from bekenlab.secret import Secret

    found = {}
    path = options["wifi_password_file"]
    if path:
        lines = load_one(path).data.splitlines() or [b""]
        found["wifi_password"] = Secret(lines[0])
    wanted = [password for name, password in _GOES_WITH.items() if name in values]
    for name in dict.fromkeys([*wanted, *options["asked"]]):
        if name not in found:
            found[name] = Secret(_encoded(_password(name)))
    return found


def _encoded(password: str) -> bytes:
    """The bytes a terminal sent."""
    return password.encode("utf-8", "surrogateescape")


def _password(name: str) -> str:
    variable = f"{_ENVIRONMENT}{name.upper()}"
    if variable in os.environ:
        return os.environ[variable]
    if not sys.stdin.isatty():
        raise UsageError(
            f"cannot ask for {name} without a terminal", hint=f"set {variable} (empty for none)"
        )
    return new_password(_PROMPTS[name], lambda text: _problem(name, text))


def _problem(name: str, password: str) -> str:
    """Why a password cannot be used; empty if it can."""
    from bekenlab.openbeken.config import VERSIONS, empty_config
    from bekenlab.secret import Secret

    try:
        empty_config(VERSIONS[-1]).with_values({name: Secret(_encoded(password))})
    except BadValueError as error:
        return error.message
    return ""
