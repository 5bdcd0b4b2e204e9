"""Converts an OpenBeken template back to a pin map."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bekenlab.chips import serial_ports
from bekenlab.openbeken.flags import flags_from_number
from bekenlab.openbeken.locks import curtains_of
from bekenlab.openbeken.numbers import from_openbeken
from bekenlab.openbeken.roles import base_of, find_role, level_from_openbeken
from bekenlab.openbeken.settings import parse_settings
from bekenlab.openbeken.start_values import power_on_of
from bekenlab.pins import (
    Battery,
    Colour,
    Evidence,
    LedDriver,
    Meter,
    Pin,
    PinMap,
    Source,
    Strip,
    driver_from_settings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bekenlab.openbeken.settings import PinSetting

_ALTERNATE_CW_MODE = 8
_USE_UART2 = 26
_MCU_BAUD = 9600  # OpenBeken's default if no command sets another
_COLOURS = (Colour.RED, Colour.GREEN, Colour.BLUE, Colour.COLD, Colour.WARM)
_ORDERS = {"RGB", "RBG", "GRB", "GBR", "BRG", "BGR"}


def pins_from_template(template: Mapping[str, object]) -> PinMap:
    """Read an OpenBeken template into a pin map.

    Args:
        template: Holds ``pins``, and optionally ``command``, ``flags``, and ``chip``, which says
            what the numbers of pins mean.

    Returns:
        The pin map. Never raises: invalid entries are in ``notes``, and commands that do not
        concern pins are left out.
    """
    stored = template.get("pins")
    numbered, wrong = parse_settings(stored if isinstance(stored, dict) else {})
    chip = str(template.get("chip") or "")
    settings = [each for each in numbered if from_openbeken(each.gpio, chip)]
    wrong += tuple(
        f"{each.gpio}: OpenBeken has no such pin on the {chip}"
        for each in numbered
        if each not in settings
    )
    commands = _commands(str(template.get("command") or ""))
    flags = _flags(template.get("flags"))
    cct = _ALTERNATE_CW_MODE in flags
    colours = _colours(settings, cct=cct)
    pins = tuple(_pin(setting, colours.get(setting.gpio), chip) for setting in settings)
    roles = {pin.role for pin in pins}
    return PinMap(
        pins=pins,
        module=str(template.get("board") or "") or None,
        pwm_hz=_first(commands.get("pwmfrequency")),
        cct=cct,
        led_driver=_led_driver(roles, commands),
        meter=_meter(roles, commands, uart=2 if _USE_UART2 in flags else 1),
        mcu_baud=_mcu_baud(commands),
        strip=_strip(roles, commands),
        battery=_battery(commands),
        pulse_ms=_first(commands.get("bridgepulselength")),
        curtains=curtains_of(str(template.get("command") or "")),
        power_on=power_on_of(str(template.get("command") or "")),
        ports=serial_ports(chip),
        flags=flags,
        notes=wrong,
    )


def _commands(text: str) -> dict[str, list[str]]:
    """Arguments by command in lower case; ``startDriver BL0942`` is ``startdriver bl0942``."""
    found: dict[str, list[str]] = {}
    for line in re.split(r"[\r\n;]+", text):
        words = line.split()
        while words and words[0].lower() == "backlog":
            words = words[1:]
        if not words:
            continue
        name, arguments = words[0].lower(), words[1:]
        if name == "startdriver" and arguments:
            name, arguments = f"{name} {arguments[0].lower()}", arguments[1:]
        found.setdefault(name, arguments)
    return found


def _flags(value: object) -> frozenset[int]:
    text = str(value or "0").strip()
    number = int(text) if re.fullmatch(r"-?\d{1,20}", text, re.ASCII) else 0
    return flags_from_number(number % (1 << 64))


def label_of(setting: PinSetting, place: str = "") -> str:
    """What a setting makes a pin, in English for people: ``"Relay 1"``.

    Args:
        setting: The setting.
        place: The chip's name of the pin; Beken's ``"P26"`` by default.
    """
    role = find_role(setting.role)
    label = role.label if role is not None else setting.role
    return label.format(n=setting.channel, place=place or f"P{setting.gpio}")


def _pin(setting: PinSetting, colour: Colour | None, chip: str) -> Pin:
    role, polarity = base_of(setting.role)
    gpio, name = from_openbeken(setting.gpio, chip) or (setting.gpio, "")
    return Pin(
        gpio=gpio,
        role=role,
        channel=setting.channel,
        polarity=level_from_openbeken(polarity, temperature=colour is Colour.TEMPERATURE),
        label=colour.value.capitalize() if colour else label_of(setting, name or f"P{gpio}"),
        evidence=(Evidence(Source.OPENBEKEN, setting.text),),
        colour=colour,
        name=name,
    )


def _colours(settings: Sequence[PinSetting], *, cct: bool) -> dict[int, Colour]:
    """What each PWM pin of the lamp drives, by GPIO.

    OpenBeken's LED driver takes red, green, blue, cool, warm from channels 1 to 5; with only two
    PWMs, cool and warm; and with its flag 8, temperature and brightness instead of the whites.
    """
    pwm = {
        setting.channel: setting.gpio for setting in settings if base_of(setting.role)[0] == "PWM"
    }
    if {1, 2, 3} <= set(pwm):
        lamp = [(pwm[channel], _COLOURS[channel - 1]) for channel in sorted(pwm) if channel <= 5]
    elif len(pwm) <= 2:
        lamp = [
            (pwm[channel], colour)
            for channel, colour in zip(sorted(pwm), _COLOURS[3:], strict=False)
        ]
    else:
        return {}
    if not cct:
        return dict(lamp)
    alternate = {Colour.COLD: Colour.TEMPERATURE, Colour.WARM: Colour.BRIGHTNESS}
    return {gpio: alternate.get(colour, colour) for gpio, colour in lamp}


def _led_driver(roles: set[str], commands: Mapping[str, list[str]]) -> LedDriver | None:
    names = ("SM2135", "SM2235", "BP5758D", "BP1658CJ", "KP18058")
    name = next((name for name in names if {f"{name}DAT", f"{name}_DAT"} & roles), None)
    if name is None:
        return None
    currents = _numbers(commands.get(f"{name.lower()}_current"))
    carried = next(
        (_numbers(commands[key]) for key in ("led_map", f"{name.lower()}_map") if key in commands),
        [],
    )
    return driver_from_settings(name, currents[:2], carried)


def _meter(roles: set[str], commands: Mapping[str, list[str]], *, uart: int) -> Meter | None:
    if "startdriver bl0942" in commands:
        return Meter("BL0942", uart=uart)
    if "startdriver cse7766" in commands:
        return Meter("HLW8032", uart=uart)
    return Meter("BL0937") if "BL0937CF" in roles else None


def _mcu_baud(commands: Mapping[str, list[str]]) -> int | None:
    if "startdriver tuyamcu" not in commands:
        return None
    return _first(commands.get("tuyamcu_setbaudrate")) or _MCU_BAUD


def _strip(roles: set[str], commands: Mapping[str, list[str]]) -> Strip | None:
    if "SM16703P_DIN" not in roles:
        return None
    arguments = commands.get("sm16703p_init", [])
    order = arguments[1].upper() if len(arguments) > 1 else ""
    return Strip(_first(arguments), order if order in _ORDERS else None)


def _battery(commands: Mapping[str, list[str]]) -> Battery | None:
    numbers = _numbers(commands.get("battery_setup"))[:2]
    if len(numbers) < 2 or not 0 < numbers[0] < numbers[1]:
        return None
    return Battery(numbers[0], numbers[1])


def _first(arguments: Sequence[str] | None) -> int | None:
    numbers = _numbers(arguments)
    return numbers[0] if numbers and numbers[0] > 0 else None


def _numbers(arguments: Sequence[str] | None) -> list[int]:
    """Leading whole numbers of a command."""
    numbers = []
    for word in arguments or []:
        if not re.fullmatch(r"\d{1,7}", word, re.ASCII):
            break
        numbers.append(int(word))
    return numbers
