"""Lamps: colours on PWM channels, constant-current drivers, addressable strips."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bekenlab.pins._table import DriverRow, driver_rows
from bekenlab.pins._values import number, shown
from bekenlab.pins.model import Colour, LedDriver, Strip

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bekenlab.pins._found import Found, Reading
    from bekenlab.pins.model import Pin

_COLOURS = "rgbcw"
_PLAIN = "plain_pwm"
_NAMES = dict(
    zip(
        _COLOURS,
        (Colour.RED, Colour.GREEN, Colour.BLUE, Colour.COLD, Colour.WARM),
        strict=True,
    )
)
_ALTERNATE_CW_MODE = 8
_STRIP_LIMIT = 4096
_CODE_LIMIT = 255


def read_lights(reading: Reading) -> tuple[bool, int | None, LedDriver | None, Strip | None]:
    """Assign the channels of lamp pins and add the commands a lamp needs.

    Returns:
        Whether two PWMs set temperature and brightness, the PWM frequency in Hz, the
        constant-current driver, and the addressable strip.
    """
    cct = _place_colours(reading)
    _place_plain_pwm(reading)
    hertz = _pwm_frequency(reading)
    driver = _read_driver(reading)
    return cct, hertz, driver, _read_strip(reading)


def _place_colours(reading: Reading) -> bool:
    """Give each colour its channel; True for a lamp with temperature and brightness PWMs.

    OpenBeken's LED driver takes red, green, blue, cool, warm from channels 1 to 5. With only two
    PWMs it takes cool and warm from the first two channels: 1 and 2 work in every version of
    cmd_newLEDDriver.c, 4 and 5 only in newer ones. With its flag 8 the first white channel is
    temperature, the second brightness, while Tuya puts brightness on ``c_pin`` and temperature on
    ``w_pin`` (upk2esphome; 11 of 12 public templates of such lamps agree).
    """
    colours = {
        str(item.pin.evidence[0].key)[0]: item
        for item in reading.found
        if item.row.group == "colour"
    }
    used = _used_colours(reading, set(colours))
    cct = reading.number("cwtype") == 1 and {"c", "w"} <= used
    has_rgb = bool(used & set("rgb")) or _has_strip(reading)
    for colour, item in colours.items():
        if colour in used:
            channel = item.pin.channel if has_rgb else _white_channel(colour, used)
            named = replace(item, pin=replace(item.pin, colour=_NAMES[colour]))
            moved = _as_cct(named, colour, channel) if cct else _on_channel(named, channel)
        else:
            moved = _left_over(item, reading)
        reading.found[reading.found.index(item)] = moved
    if cct:
        reading.flags.add(_ALTERNATE_CW_MODE)
        reading.note(_temperature_note(colours["w"].pin))
    return cct


def _place_plain_pwm(reading: Reading) -> None:
    """Give outputs whose colours are unknown the channels from 1 on, in their order."""
    plain = [item for item in reading.found if item.row.group == _PLAIN]
    for channel, item in enumerate(sorted(plain, key=lambda item: item.pin.channel), start=1):
        reading.found[reading.found.index(item)] = _on_channel(item, channel)
    if plain:
        reading.note(
            "The log names the PWM outputs, but not their colours or levels. Try each of them: "
            "OpenBeken expects red, green, blue, cool and warm white on channels 1 to 5."
        )


def _temperature_note(pin: Pin) -> str:
    """What the pin does, and what to do if warm and cold are swapped.

    The level here is Tuya's: cold when active. Its firmware says so in the virtual chip
    (docs/pins.md, "White lamps"); OpenBeken and ESPHome count towards warm, and their outputs turn
    the pin round.
    """
    return (
        "One PWM sets colour temperature, the other brightness (cwtype:1). Tuya counts towards "
        f"cold and OpenBeken towards warm, so {pin.place} is turned round there. If warm and cold "
        "come out swapped, turn it back."
    )


def _used_colours(reading: Reading, present: set[str]) -> set[str]:
    """Colours that have a pin and, if ``cmod`` names colours, are named there."""
    mode = reading.values.get("cmod")
    named = set(mode) if isinstance(mode, str) and mode and set(mode) <= set(_COLOURS) else None
    return present if named is None else present & named


def _white_channel(colour: str, used: set[str]) -> int:
    return 2 if colour == "w" and "c" in used else 1


def _on_channel(item: Found, channel: int) -> Found:
    return replace(item, pin=replace(item.pin, channel=channel))


def _as_cct(item: Found, colour: str, channel: int) -> Found:
    """Swap the whites: in OpenBeken, temperature (``w_pin``) comes first and brightness second."""
    if colour not in "cw":
        return item
    first = channel if colour == "c" else channel - 1
    if colour == "w":
        pin = replace(
            item.pin, label="Colour temperature", channel=first, colour=Colour.TEMPERATURE
        )
    else:
        pin = replace(item.pin, label="Brightness", channel=first + 1, colour=Colour.BRIGHTNESS)
    return replace(item, pin=pin)


def _left_over(item: Found, reading: Reading) -> Found:
    """A colour pin that the lamp's mode does not use: kept, but without a role."""
    label = f"{item.pin.label}, not used (cmod is {shown(reading.values.get('cmod'))})"
    pin = replace(item.pin, role="None", channel=0, label=label)
    return replace(item, pin=pin, reserved=True)


def _pwm_frequency(reading: Reading) -> int | None:
    hertz = reading.number("pwmhz")
    if hertz is None or not 1 <= hertz <= 1_000_000:
        return None
    if any(item.pin.role == "PWM" for item in reading.found):
        reading.command(f"PWMFrequency {hertz}")
    return hertz


def _read_driver(reading: Reading) -> LedDriver | None:
    data, clock = reading.by_pattern("iicsda"), reading.by_pattern("iicscl")
    if data is None or clock is None:
        return None
    row = _driver_row(reading)
    if row is None:
        reading.note(
            f"An LED driver chip is on {data.pin.place} (data) and {clock.pin.place} (clock); "
            "the configuration does not say which one."
        )
        return None
    for item, role, wire in ((data, row.data, "data"), (clock, row.clock, "clock")):
        pin = replace(item.pin, role=role, label=f"{row.name} {wire}")
        reading.found[reading.found.index(item)] = replace(item, pin=pin)
    driver = LedDriver(row.name, _currents(row, reading), _outputs(reading), _in_ma(row, reading))
    _driver_commands(row, driver, reading)
    return driver


def _driver_row(reading: Reading) -> DriverRow | None:
    """The driver whose current keys are present, else the one given by ``dmod``."""
    dmod = reading.number("dmod")
    by_keys = [
        row for row in driver_rows() if any(reading.number(key) is not None for key in _keys(row))
    ]
    by_number = [row for row in driver_rows() if dmod in row.dmod]
    both = [row for row in by_keys if row in by_number]
    return next(iter(both or by_keys or by_number), None)


def _keys(row: DriverRow) -> tuple[str, ...]:
    return (*row.rgb, *row.white)


def _currents(row: DriverRow, reading: Reading) -> dict[str, int]:
    """Stored currents by label: RGB and CW, or C and W if stored separately."""
    found: dict[str, int] = {}
    for keys, label in ((row.rgb, "RGB"), (row.white, "CW")):
        for key in keys:
            stored = number(reading.values.get(key))
            if stored is not None and 0 <= stored <= _CODE_LIMIT:
                found.setdefault({"dccur": "C", "dwcur": "W"}.get(key, label), stored)
    return found


def _in_ma(row: DriverRow, reading: Reading) -> dict[str, int]:
    stored = _currents(row, reading)
    if row.unit == "mA":
        return stored
    if not row.step_ma:
        return {}
    return {label: row.base_ma + code * row.step_ma for label, code in stored.items()}


def _outputs(reading: Reading) -> tuple[int, int, int, int, int] | None:
    """Driver output of red, green, blue, cool and warm; None if nothing valid is stored."""
    stored = [reading.number(f"iic{colour}") for colour in _COLOURS]
    r, g, b, c, w = (v if v is not None and 0 <= v < len(_COLOURS) else -1 for v in stored)
    return None if max(r, g, b, c, w) < 0 else (r, g, b, c, w)


def _driver_commands(row: DriverRow, driver: LedDriver, reading: Reading) -> None:
    white = [driver.currents[label] for label in ("CW", "C", "W") if label in driver.currents]
    if "RGB" in driver.currents and white:
        rgb, high = _setting(row, driver.currents["RGB"]), _setting(row, max(white))
        reading.command(f"{row.command} {rgb} {high}")
    if driver.led_map:
        reading.command("LED_Map " + " ".join(map(str, colours_of_outputs(driver.led_map))))


def driver_from_settings(name: str, currents: Sequence[int], carried: Sequence[int]) -> LedDriver:
    """The driver that OpenBeken's commands describe.

    Args:
        name: OpenBeken's name, e.g. ``"SM2135"``.
        currents: Arguments of its current command, colours and white; empty where unknown.
        carried: Arguments of ``LED_Map``: the colour of each output.
    """
    row = next(row for row in driver_rows() if row.name == name)
    stored = dict(zip(("RGB", "CW"), currents, strict=False))
    in_ma = dict(stored)
    if row.takes == "code":
        in_ma = {label: row.base_ma + code * row.step_ma for label, code in stored.items()}
    # The same function inverts the map: the output of each colour.
    outputs = colours_of_outputs(carried) if len(carried) == len(_COLOURS) else None
    return LedDriver(
        name=name,
        currents=stored,
        led_map=(outputs[0], outputs[1], outputs[2], outputs[3], outputs[4]) if outputs else None,
        in_ma=in_ma if row.takes == "mA" or row.step_ma else {},
    )


def _setting(row: DriverRow, stored: int) -> int:
    """A stored current in the unit the startup command expects."""
    if row.unit == "mA" and row.takes == "code":
        return max(0, (stored - row.base_ma) // row.step_ma)
    return stored


def colours_of_outputs(outputs: Iterable[int]) -> list[int]:
    """Convert "red is on output ..." (Tuya) to "output 0 carries colour ..." (OpenBeken).

    OpenBeken's drivers send ``rgbcw[map[i]]`` to output i, Tuya's ``iicr`` to ``iicw`` name the
    output of each colour. The two are the same for the common maps, which only swap pairs; for
    the others the public templates of such bulbs hold the inverse (for instance Tuya 1 2 0 4 and
    no warm white, template ``2 0 1 255 3``). An unused output is -1.
    """
    carried = [-1] * len(_COLOURS)
    for colour, output in enumerate(outputs):
        if 0 <= output < len(carried) and carried[output] < 0:
            carried[output] = colour
    return carried


def _read_strip(reading: Reading) -> Strip | None:
    """Start the driver of an addressable strip, with its length if that is stored."""
    if not _has_strip(reading):
        return None
    reading.command("startDriver SM16703P")
    count = reading.number("LedNum") or reading.number("lednum")
    if count is not None and not 1 <= count <= _STRIP_LIMIT:
        count = None
    if count is not None:
        reading.command(f"SM16703P_Init {count}")
    order = reading.values.get("colororder")
    reading.note(
        "An addressable LED strip. OpenBeken drives it on P16 only. If colours are swapped, give "
        f"SM16703P_Init the order, e.g. GRB (Tuya's colour order code is {shown(order)})."
    )
    return Strip(leds=count)


def _has_strip(reading: Reading) -> bool:
    return any(item.row.group == "strip" for item in reading.found)
