"""The options that the commands of ``obk`` share."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from bekenlab.cli.questions import agrees

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.lan.device import Device
    from bekenlab.secret import Secret

PASSWORD = "BEKENLAB_WEB_PASSWORD"  # noqa: S105  the name of a variable

as_json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print events and the result as JSON, one per line."
)
show_secrets_option = click.option(
    "--show-secrets", is_flag=True, help="Do not hide MAC addresses, passwords and Wi-Fi names."
)
_HOST = click.argument("host", metavar="HOST")
_ASK = click.option(
    "--ask-password",
    is_flag=True,
    help=f"Ask for the device's web password; otherwise it is taken from {PASSWORD}.",
)
_DRY = click.option(
    "--dry-run", is_flag=True, help="Show what would be done, without changing the device."
)
_YES = click.option("--yes", "-y", is_flag=True, help="Do not ask before changing the device.")


@dataclass(frozen=True, slots=True)
class DeviceOptions:
    """Values of the shared options.

    Attributes:
        host: As given.
        ask: Ask for the web password.
        as_json: Print NDJSON instead of text.
        dry_run: Only plan.
        yes: Do not ask.
    """

    host: str
    ask: bool
    as_json: bool
    dry_run: bool = False
    yes: bool = False


def device_options(*, changes: bool = False) -> Callable[[Any], Any]:
    """Add HOST and the shared options to a command, which gets ``DeviceOptions`` as ``options``.

    Args:
        changes: The command changes the device, so it has a dry run and asks first.
    """

    def decorate(function: Any) -> Any:
        def command(*args: Any, host: str, ask_password: bool, as_json: bool, **rest: Any) -> Any:
            dry_run, yes = rest.pop("dry_run", False), rest.pop("yes", False)
            options = DeviceOptions(host, ask_password, as_json, dry_run, yes)
            return function(*args, options=options, **rest)

        command.__doc__ = function.__doc__
        command.__name__ = function.__name__
        # An earlier click argument is a later decorator, and its options are passed on.
        command.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
        decorated: Any = command
        for option in (as_json_option, *((_YES, _DRY) if changes else ()), _ASK, _HOST):
            decorated = option(decorated)
        return decorated

    return decorate


def device_of(options: DeviceOptions) -> Device:
    """The device; nothing is sent yet.

    Raises:
        BadValueError: The host is not a valid address.
    """
    from bekenlab.lan.address import parse_host
    from bekenlab.lan.device import Device

    return Device(parse_host(options.host), password=_password(ask=options.ask))


def _password(*, ask: bool) -> Secret | None:
    from bekenlab.secret import Secret

    text = os.environ.get(PASSWORD, "")
    if ask:
        if not sys.stdin.isatty():
            raise click.UsageError(f"Without a terminal, the password must be in {PASSWORD}.")
        text = str(click.prompt("Web password", hide_input=True, err=True))
    return Secret(text.encode("utf-8", "surrogateescape")) if text else None


def confirm(options: DeviceOptions, question: str) -> None:
    """Ask before the device is changed.

    Raises:
        RefusedError: There is no terminal to ask on, or (DeclinedError) the answer is no.
    """
    from bekenlab.errors import DeclinedError, RefusedError

    if options.yes:
        return
    if options.as_json or not sys.stdin.isatty():
        raise RefusedError(
            "the device is only changed after confirmation, and there is no terminal to ask on",
            hint="check the plan with --dry-run, then add --yes",
        )
    if not agrees(question):
        raise DeclinedError("nothing was changed: you declined")
