"""Write the parts of the pages that follow from data: tables, and the examples of json.md.

Run it after a change to a chip, ``bootloaders.toml``, ``tuya_keys.toml``, ``led_drivers.toml``,
``config_fields.toml``, ``flags.toml``, the sample or the JSON report::

    python docs/make_tables.py
"""
# ruff: noqa: INP001  a script beside its result, no package

from __future__ import annotations

import json
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bekenlab.analysis.analyze import analyze
from bekenlab.analysis.boot import boot
from bekenlab.analysis.inputs import InputFile
from bekenlab.chips import MIB, CodeEncryption, bootloaders, chips, other_chips
from bekenlab.data import read_table
from bekenlab.openbeken.config import Field, Kind, all_fields
from bekenlab.openbeken.flags import flags
from bekenlab.report.boot_json import boot_json
from bekenlab.report.json_report import to_json
from bekenlab.samples import SAMPLE_NAME, build_sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bekenlab.chips import BootLoader, Chip, OtherChip, Region

DOCS = Path(__file__).parent
_WIDTH = 92


def pages() -> dict[Path, str]:
    """Current text of every page that has generated parts."""
    made = {
        "chips.md": {
            "chips": chips_table(),
            "others": others_table(),
            "matrix": matrix_table(),
            "bootloaders": bootloaders_table(),
            "sources": chip_sources(),
        },
        "config.md": {"fields": fields_table(), "flags": flags_table()},
        "pins.md": {"keys": keys_table(), "drivers": drivers_table()},
        "json.md": {
            "example": f"```json\n{_laid_out(example())}\n```\n",
            "boot": f"```json\n{_laid_out(boot_example())}\n```\n",
        },
    }
    return {DOCS / name: _filled(DOCS / name, parts) for name, parts in made.items()}


def chips_table() -> str:
    """Every chip and its places in flash."""
    heads = ("Chip", "Also called", "`em_sys_env`", "Chip id", "Flash", "RF data")
    heads += ("OpenBeken config", "Download", "Tuya storage", "CRC end", "Code", "Package")
    return _table(heads, (_chip_cells(chip) for chip in chips()))


def others_table() -> str:
    """Every chip of another make: what is known of it, and what reads and writes it."""
    heads = ("Chip", "Also called", "Flash", "Recognised by", "Numbers in OpenBeken")
    heads += ("OpenBeken's files over Tuya's storage", "Read and written with")
    return _table(heads, (_other_cells(chip) for chip in other_chips()))


def _other_cells(chip: OtherChip) -> tuple[str, ...]:
    marks = [mark.says for mark in chip.marks]
    marks += [f"storage with the key base {base}" for base in chip.key_bases]
    is_index = any(pin.openbeken != pin.gpio for pin in chip.pins)
    return (
        f"`{chip.name}`: {chip.title}",
        ", ".join(chip.aliases) or "-",
        f"{chip.flash_size // MIB} MiB",
        "; ".join(marks) or "its module's name only",
        "an index" if is_index else "the pin's",
        "yes" if chip.flashing.overwritten else "-",
        chip.flashing.tool,
    )


def matrix_table() -> str:
    """What is done for each chip of another make; tests/docs checks each cell."""
    heads = ("Chip", "Recognised", "Storage", "Pins", "Template", "ESPHome", "Backup", "Write")
    return _table(heads, (matrix_cells(chip) for chip in other_chips()))


def matrix_cells(chip: OtherChip) -> tuple[str, ...]:
    """The row of a chip."""
    boards = read_table("esphome", "other_boards.toml")
    alike = [one.name for one in other_chips() if chip.marks and one.marks[-1:] == chip.marks[-1:]]
    how = "by storage" if chip.key_bases else "no"
    if chip.marks:
        how = "by content" if alike[0] == chip.name else f"taken for {alike[0]}"
    esphome = boards[chip.name]["platform"] if chip.name in boards else "-"
    return (chip.name, how, "yes", "yes", "yes", esphome, "no", "no")


def bootloaders_table() -> str:
    """Every boot loader that can be told by its CRC."""
    heads = ("Boot loader", "CRC of 257 bytes", "CRC of 256", "Texts in its code")
    heads += ("Update", "App (logical)", "Looks for an update at", "Code key at")
    return _table(heads, (_loader_cells(loader) for loader in bootloaders()))


def chip_sources() -> str:
    """What the facts of each chip rest on."""
    return "".join(f"* {chip.name}: {'; '.join(chip.sources)}.\n" for chip in chips())


def keys_table() -> str:
    """Every key that names a pin, in the order of the data file."""
    heads = ("Key", "Means", "OpenBeken role", "Channel", "Active level", "Source")
    return _table(heads, (_key_cells(row) for row in _rows("tuya_keys.toml", "key")))


def drivers_table() -> str:
    """Every constant-current LED driver."""
    heads = ("`dmod`", "Driver", "Roles (data, clock)", "Keys of currents (colour; white)")
    return _table(heads, (_driver_cells(row) for row in _rows("led_drivers.toml", "driver")))


def fields_table() -> str:
    """Every field of OpenBeken's configuration."""
    heads = ("Field", "Offset", "Bytes", "Kind", "Limits", "Since", "What it is", "Source")
    return _table(heads, (_field_cells(field) for field in all_fields()))


def flags_table() -> str:
    """Every flag of OpenBeken."""
    rows = ((str(flag.number), f"`{flag.name}`", flag.about) for flag in flags())
    return _table(("Number", "Name", "What it does"), rows)


def example() -> dict[str, Any]:
    """The JSON report of the sample with members taken out, so that it fits a page."""
    report = to_json(analyze(InputFile(SAMPLE_NAME, Path(SAMPLE_NAME), build_sample())))
    image, tuya = report["image"], report["tuya"]
    image["chip_evidence"] = image["chip_evidence"][:2]
    image["partitions"] = [part for part in image["partitions"] if part["name"] in ("app", "rf")]
    tuya["storage"]["keys"] = tuya["storage"]["keys"][:2]
    kept = ("rl1_pin", "rl1_lv", "bt1_pin", "bt1_lv", "module")
    tuya["parameters"] = {key: value for key, value in tuya["parameters"].items() if key in kept}
    report["pins"] = [pin for pin in report["pins"] if pin["role"] in ("Btn", "Rel")]
    del report["openbeken"]["description"]
    return report


def boot_example() -> dict[str, Any]:
    """The JSON of booting the sample with members taken out and the log cut."""
    analysis = analyze(InputFile(SAMPLE_NAME, Path(SAMPLE_NAME), build_sample()))
    if analysis.image is None:
        raise ValueError("the sample is a dump")
    report = boot_json(boot(analysis.image, chip="BK7231N", tuya=analysis.tuya))
    del report["wall_seconds"]  # differs each time
    report["log"] = report["log"][:62] + "..."
    kept = ("rl1_pin", "rl1_lv", "bt1_pin", "bt1_lv")
    report["parameters"] = {k: v for k, v in report["parameters"].items() if k in kept}
    report["pins"] = [pin for pin in report["pins"] if pin["role"] == "Rel"]
    report["gpio"] = [row for row in report["gpio"] if row["gpio"] in (8, 10, 26)]
    return report


def _filled(path: Path, parts: dict[str, str]) -> str:
    """A page with each part between its pair of markers."""
    page = path.read_text(encoding="utf-8")
    for name, part in parts.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        before, _, rest = page.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            message = f"{path.name} needs a pair of markers called {name}"
            raise ValueError(message)
        page = before + begin + part + end + after
    return page


def _chip_cells(chip: Chip) -> tuple[str, ...]:
    storage = chip.region("storage")
    return (
        chip.name,
        ", ".join(chip.aliases) or "-",
        ", ".join(chip.environments) or "-",
        "-" if chip.chip_id is None else f"0x{chip.chip_id:X}",
        f"{chip.flash_size // MIB} MiB",
        f"0x{chip.rf_address:X}",
        f"0x{chip.config_address:X}",
        f"0x{chip.download_address:X}",
        f"0x{storage.start:X}" if storage else "-",
        str(chip.protocol.crc_end),
        "Tuya key" if chip.encryption is CodeEncryption.TUYA_KEY else "plain",
        chip.package or "not known",
    )


def _loader_cells(loader: BootLoader) -> tuple[str, ...]:
    return (
        loader.name,
        "-" if loader.crc257 is None else f"{loader.crc257:08X}",
        "-" if loader.crc256 is None else f"{loader.crc256:08X}",
        ", ".join(f"`{text}`" for text in loader.texts) or "-",
        str(loader.update or "-"),
        _range(loader.app),
        _range(loader.download),
        "-" if loader.key_slot is None else f"0x{loader.key_slot:X}",
    )


def _range(region: Region | None) -> str:
    return f"0x{region.start:X}+0x{region.size:X}" if region else "-"


def _key_cells(row: dict[str, Any]) -> tuple[str, ...]:
    role = row["role"]
    level = f"`{row['lv']}`" if "lv" in row else ""
    if "default" in row:
        default = row["default"].removeprefix("active_")
        level += f", else {default}" if level else default
    return (
        f"`{row['pattern']}`",
        row["label"],
        "none" if role == "None" else f"`{role}`",
        "-" if role == "None" else str(row["channel"]),
        level or "-",
        row["source"],
    )


def _field_cells(field: Field) -> tuple[str, ...]:
    limits = ""
    if field.kind is Kind.TEXT:
        shortest = f"{field.shortest} to " if field.shortest else "up to "
        limits = f"{shortest}{field.longest or field.size - 1} bytes"
    elif field.least or field.most is not None:
        limits = f"{field.least} to {field.most}" if field.most is not None else f"{field.least} on"
    if field.unit:
        limits = f"{limits}, in {field.unit}" if limits else f"in {field.unit}"
    return (
        f"`{field.name}`",
        f"0x{field.offset:03X}",
        str(field.size),
        str(field.kind),
        limits or "-",
        str(field.since),
        field.about + (" (hidden)" if field.hidden else ""),
        field.source,
    )


def _driver_cells(row: dict[str, Any]) -> tuple[str, ...]:
    rgb, white = (", ".join(f"`{key}`" for key in row[name]) for name in ("rgb", "white"))
    return (
        ", ".join(str(number) for number in row["dmod"]) or "-",
        row["name"],
        f"`{row['data']}`, `{row['clock']}`",
        f"{rgb or '-'}; {white or '-'}",
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |\n" for line in lines)


def _rows(name: str, kind: str) -> list[dict[str, Any]]:
    text = (files("bekenlab.pins") / "data" / name).read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)[kind]
    return rows


def _laid_out(value: Any, indent: int = 0) -> str:
    """JSON with short lists and objects on one line."""
    line = json.dumps(value)
    if len(line) + indent <= _WIDTH or not isinstance(value, (dict, list)):
        return line
    inner, outer = " " * (indent + 2), " " * indent
    if isinstance(value, dict):
        members = [f"{json.dumps(k)}: {_laid_out(v, indent + 2)}" for k, v in value.items()]
        return "{\n" + ",\n".join(inner + member for member in members) + f"\n{outer}}}"
    members = [_laid_out(item, indent + 2) for item in value]
    return "[\n" + ",\n".join(inner + member for member in members) + f"\n{outer}]"


if __name__ == "__main__":
    for target, text in pages().items():
        target.write_text(text, encoding="utf-8")
