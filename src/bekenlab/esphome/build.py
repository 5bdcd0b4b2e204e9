"""Builds an ESPHome configuration from a pin map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bekenlab.esphome._buttons import add_buttons
from bekenlab.esphome._data_points import add_data_points
from bekenlab.esphome._lights import add_lights
from bekenlab.esphome._plan import Fields, Job, Plan
from bekenlab.esphome._relays import add_relays
from bekenlab.esphome._sensors import add_sensors
from bekenlab.esphome._serial import add_serial, serial_pins
from bekenlab.esphome._signals import add_signals
from bekenlab.esphome._tables import job_of
from bekenlab.esphome.boards import choose_board, other_key
from bekenlab.esphome.names import host_name
from bekenlab.esphome.yaml import Secret, Text, to_yaml
from bekenlab.pins import one_job_each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bekenlab.esphome.boards import Board
    from bekenlab.image.cipher import CodeKey
    from bekenlab.mcu.schema import SchemaPoint
    from bekenlab.pins import PinMap

# Order of the document; keys not listed here come last.
_ORDER = (
    *(
        "esphome",
        "bk72xx",
        "rtl87xx",
        "ln882x",
        "esp8266",
        "logger",
        "api",
        "ota",
        "wifi",
        "captive_portal",
        "status_led",
    ),
    *("uart", "tuya", "one_wire", "sm2135", "sm2235", "bp1658cj", "bp5758d"),
    *("output", "light", "fan", "switch", "binary_sensor", "sensor", "interval"),
)
_SECRETS = "wifi_ssid, wifi_password, ap_password, api_key and ota_password"


@dataclass(frozen=True, slots=True)
class Firmware:
    """An ESPHome configuration.

    Attributes:
        yaml: The document.
        left_out: One sentence for each thing it does not express; also in its comments.
    """

    yaml: str
    left_out: tuple[str, ...]


def build_firmware(
    pinmap: PinMap,
    *,
    chip: str,
    module: str | None = None,
    title: str | None = None,
    firmware: str | None = None,
    ota: int | None = None,
    key: CodeKey | None = None,
    data_points: Sequence[SchemaPoint] = (),
) -> Firmware:
    """The configuration of a device.

    Args:
        pinmap: Its pins.
        chip: Name of its chip.
        module: Its module; by default the one in the configuration.
        title: Its name for people; becomes host name and friendly name.
        firmware: Name of its original firmware; the host name if there is no title.
        ota: Physical address from which its boot loader takes updates, or None where no dump tells.
        key: The key of the code in its dump, or None; under another it would not start.
        data_points: Those of its second controller, if they are known.

    Raises:
        UnsupportedError: ESPHome has no board for the chip, or bekenlab no such chip.
    """
    module = module or pinmap.module
    needed = {pin.gpio for pin in pinmap.pins if pin.role != "None"}
    needed |= serial_pins(pinmap)
    board = choose_board(chip, module, needed, ota=ota)
    plan = Plan(pinmap, board, [])
    _choose_jobs(plan)
    _base(plan, host_name(title, firmware, module), title, key)
    add_serial(plan, mapped=bool(data_points))
    add_data_points(data_points if pinmap.mcu_baud else (), plan)
    add_lights(plan)
    add_relays(plan)
    add_buttons(plan)
    add_sensors(plan)
    add_signals(plan)
    for job in plan.take("left_out"):
        plan.leave_out(job, job.row.reason)
    for unknown in pinmap.not_understood:
        plan.left_out.append(f"{unknown.key}: this key of the configuration is not understood.")
    rank = {name: index for index, name in enumerate(_ORDER)}
    sections = {**plan.mappings, **plan.lists}
    ordered = sorted(sections.items(), key=lambda section: rank.get(section[0], len(rank)))
    return Firmware(to_yaml(dict(ordered), _head(plan, module)), tuple(plan.left_out))


def _choose_jobs(plan: Plan) -> None:
    """Usable pins: on the board, not on a serial port, one role per GPIO."""
    taken = serial_pins(plan.pinmap)
    usable = []
    for pin in plan.pinmap.pins:
        job = Job(pin, job_of(pin), plan.board)
        if job.row.kind in ("serial", "left_out"):
            plan.jobs.append(job)
        elif pin.gpio not in plan.board.gpios:
            plan.leave_out(job, f"the board {plan.board.name} has no {job.gpio}")
        elif pin.gpio in taken:
            plan.leave_out(job, "its pin belongs to the serial line")
        else:
            usable.append(job)
    chosen = one_job_each(job.pin for job in usable)
    for job in usable:
        if job.pin in chosen:
            plan.jobs.append(job)
        else:
            winner = next(pin for pin in chosen if pin.gpio == job.pin.gpio)
            plan.leave_out(job, f"its pin has another job too, {winner.label}, which stands here")


def _base(plan: Plan, host: str, title: str | None, key: CodeKey | None) -> None:
    """What every firmware has: name, board, log, connection."""
    name: Fields = {"name": Text(host)}
    if title:
        name["friendly_name"] = Text(_friendly(title))
    built_with = other_key(plan.board, key)
    if built_with is not None:
        coefficients = "".join(f"{word:08x}" for word in built_with.coefficients)
        name["platformio_options"] = {"board_build.bkcrypt_coeffs": Text(coefficients)}
    note = "The device runs code under another key than the board's." if built_with else ""
    plan.set("esphome", name, note)
    board: Fields = {"board": plan.board.name}
    if plan.board.family:
        board["family"] = plan.board.family
    plan.set(plan.board.platform, board, " ".join(plan.board.notes))
    plan.set("logger", *_logger(plan))
    plan.set("api", {"encryption": {"key": Secret("api_key")}})
    plan.add("ota", {"platform": "esphome", "password": Secret("ota_password")})
    wifi: Fields = {"ssid": Secret("wifi_ssid"), "password": Secret("wifi_password")}
    plan.set("wifi", {**wifi, "ap": {"password": Secret("ap_password")}})
    plan.set("captive_portal", None)


def _logger(plan: Plan) -> tuple[Fields | None, str]:
    """The log goes to a port of its own (UART2 of Beken's), whose pins may have another job."""
    taken = serial_pins(plan.pinmap)
    used = taken | {job.pin.gpio for job in plan.jobs}
    if used & (plan.board.log_pins or set(plan.pinmap.ports.get(2, ()))):
        return {
            "baud_rate": 0
        }, "The pins of the serial log have another job: it goes over Wi-Fi only."
    beken = plan.board.platform == "bk72xx"
    return ({"hardware_uart": "UART2"}, "") if taken and beken else (None, "")


def _friendly(title: str) -> str:
    """A title without characters of substitutions and paths."""
    return "".join(char for char in title.replace("/", "-") if char not in "${}").strip()[:60]


def _plain(text: str) -> str:
    """A text of any origin on one line of printable characters."""
    return "".join(char if char.isprintable() else " " for char in text)


def _head(plan: Plan, module: str | None) -> list[str]:
    board: Board = plan.board
    what = f"module {module}, chip {board.chip}" if module else f"chip {board.chip}"
    lines = [
        f"ESPHome configuration for a device with {what}, made by bekenlab.",
        f"Put a secrets.yaml beside it, with {_SECRETS}.",
        "Give each of several equal devices another name.",
    ]
    if not plan.pinmap.pins and not plan.pinmap.mcu_baud:
        lines += ["", "No pins are known: this is only what every device needs."]
    if plan.pinmap.notices:
        lines += ["", "Warnings:", *(f"- {_plain(n.message)}" for n in plan.pinmap.notices)]
    if plan.left_out:
        lines += ["", "Left out:", *(f"- {sentence}" for sentence in plan.left_out)]
    return lines
