"""Pin settings in OpenBeken's form, ``26: Rel;1``, in the spellings people use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from bekenlab.data import read_table
from bekenlab.errors import BadValueError
from bekenlab.openbeken.roles import find_role, roles

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANNELS = 64
"""Number of OpenBeken's channels, 0 to 63."""

_MOST_GPIOS = 64
_GPIO = re.compile(r"\s*+(?:GPIO|P)?[\s_]*+0*(\d{1,2})\s*+", re.IGNORECASE)
_NUMBERED = re.compile(r"#(\d{1,3})")


@dataclass(frozen=True, slots=True)
class PinSetting:
    """One pin.

    Attributes:
        gpio: Beken GPIO number.
        role: OpenBeken's role with the suffix for its level, e.g. ``"Rel_n"``; ``"#120"`` for a
            number that OpenBeken 1.18.300 has no name for.
        channel: Channel number.
        channel2: Second channel, e.g. for a double click; 0 for none.
    """

    gpio: int
    role: str
    channel: int = 0
    channel2: int = 0

    @property
    def text(self) -> str:
        """The setting as in a template: ``Rel;1``, with the second channel if there is one."""
        second = f";{self.channel2}" if self.channel2 else ""
        return f"{self.role};{self.channel}{second}"


def canonical_role(name: str) -> str | None:
    """OpenBeken's own spelling of a role, or None for one it does not have."""
    role = find_role(name) or find_role(_aliases().get(name.strip().lower(), ""))
    return role.name if role else None


def setting_role_name(number: int) -> str:
    """Name of a role number, or e.g. ``#120`` if it has none."""
    return roles()[number].name if number < len(roles()) else f"#{number}"


def setting_role_number(name: str) -> int:
    """Number of a role name as ``setting_role_name`` gives it.

    Raises:
        BadValueError: OpenBeken has no such role.
    """
    numbered = _NUMBERED.fullmatch(name)
    if numbered and int(numbered[1]) < 256:
        return int(numbered[1])
    known = canonical_role(name)
    role = find_role(known) if known else None
    if role is None:
        raise BadValueError(
            f"OpenBeken has no role {name!r}", hint="such as Rel, Rel_n, Btn, LED_n, PWM, WifiLED_n"
        )
    return role.id


def parse_gpio(text: str) -> int:
    """The GPIO of ``26``, ``P26`` or ``GPIO26``.

    Raises:
        BadValueError: It is none of these.
    """
    match = _GPIO.fullmatch(text)
    if match is None or int(match[1]) >= _MOST_GPIOS:
        raise BadValueError(f"{text!r} is not a pin", hint="write a pin as 26 or P26")
    return int(match[1])


def parse_setting(gpio: str, text: str) -> PinSetting:
    """One entry of a template, in any of the spellings found in device lists.

    Args:
        gpio: ``"26"`` or ``"P26"``.
        text: ``"Rel;1"``; a missing channel is 0, and a comma serves as a semicolon.

    Raises:
        BadValueError: The pin, role or channel is invalid.
    """
    role, *channels = re.split(r"[;,]", text)
    if len(channels) > 2:
        raise BadValueError(
            f"{text!r} is not a pin setting", hint="write role;channel, as in Rel;1"
        )
    first, second = (*(_channel(channel, text) for channel in channels), 0, 0)[:2]
    number = setting_role_number(role.strip())
    return PinSetting(parse_gpio(gpio), setting_role_name(number), first, second)


def parse_typed_setting(text: str) -> PinSetting:
    """A setting as a person types it, ``26=Rel;1``.

    Unlike a template's, it must have a channel if its role takes one: channel 0 by default would
    leave a relay that nothing switches. Quotes around it are those of another shell.

    Raises:
        BadValueError: It is not such a setting, or pin, role or channel are invalid or missing.
    """
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "'\"":
        bare = bare[1:-1]
    gpio, equals, role = bare.partition("=")
    if not equals:
        raise BadValueError(f"{text!r} is not a pin setting", hint=_hint(f"{gpio.strip()}=Rel"))
    setting = parse_setting(gpio, role)
    known = find_role(setting.role)
    if known and known.channels and not re.search(r"[;,]\s*\d", role):
        raise BadValueError(
            f"{bare!r} has no channel, which the role {setting.role} needs",
            hint=_hint(f"{gpio.strip()}={setting.role}"),
        )
    return setting


def _hint(setting: str) -> str:
    return f"write '{setting};1', in quotes: most shells end a command at a semicolon"


def _channel(text: str, whole: str) -> int:
    digits = text.strip()
    if not digits:
        return 0
    if not re.fullmatch(r"\d{1,2}", digits, re.ASCII) or int(digits) >= CHANNELS:
        raise BadValueError(
            f"{whole!r}: {digits[:20]!r} is not a channel", hint=f"channels are 0 to {CHANNELS - 1}"
        )
    return int(digits)


def parse_settings(pins: Mapping[str, object]) -> tuple[tuple[PinSetting, ...], tuple[str, ...]]:
    """The ``pins`` of a template.

    Returns:
        The pins that have a role, by GPIO; and a sentence for each invalid entry.
    """
    found: dict[int, PinSetting] = {}
    wrong = []
    for gpio, text in pins.items():
        try:
            setting = parse_setting(str(gpio), str(text))
        except BadValueError as error:
            wrong.append(f"{_named(str(gpio))}{error.message}")
            continue
        if setting.role != "None":
            found[setting.gpio] = setting
    return tuple(found[gpio] for gpio in sorted(found)), tuple(wrong)


def _named(gpio: str) -> str:
    """``"P8: "``; empty for what is no pin, which the message then names itself."""
    try:
        return f"P{parse_gpio(gpio)}: "
    except BadValueError:
        return ""


@cache
def _aliases() -> dict[str, str]:
    return {
        alias.lower(): name
        for alias, name in read_table("openbeken", "aliases.toml")["aliases"].items()
    }
