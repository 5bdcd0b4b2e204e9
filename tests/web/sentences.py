"""The sentences that packages below the pages can say, read from their source."""

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import bekenlab
from bekenlab.data import read_table
from bekenlab.flashing.flash_file import KIND_MEANS
from bekenlab.link import serial_port
from bekenlab.link.diagnosis import HEARD_TEXT
from bekenlab.link.linking import STAGE_TEXT
from bekenlab.openbeken.roles import roles

SOURCE = Path(bekenlab.__file__).parent


def template_of(node: ast.expr) -> str | None:
    """A literal text, with a number wherever something is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "7" for v in node.values)
    return None


def calls(folder: str, name: str) -> Iterator[ast.Call]:
    """All calls of a function or method in a package."""
    place = SOURCE / folder
    for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
        for called, node in calls_in(path):
            if called == name:
                yield node


@cache
def calls_in(path: Path) -> list[tuple[str, ast.Call]]:
    """All calls in a file, each with the name of what is called."""
    return [
        (called.id if isinstance(called, ast.Name) else getattr(called, "attr", ""), node)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and (called := node.func)
    ]


def told_by(folder: str, name: str, place: int) -> set[str]:
    """The texts that calls of a function have as one of their arguments."""
    found = (node.args[place] for node in calls(folder, name) if len(node.args) > place)
    return {text for argument in found if (text := template_of(argument)) and " " in text}


def seen_by_doctor() -> set[str]:
    path = SOURCE / "jobs" / "doctor.py"
    tree = ast.parse(path.read_text("utf-8"))
    names = {"seen", "works", "fine", "text"}
    assigned = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and {getattr(t, "id", "") for t in node.targets} & names
    ]
    keywords = [
        keyword.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "seen"
    ]
    inner = [
        part
        for value in (*assigned, *keywords)
        for part in ((value.body, value.orelse) if isinstance(value, ast.IfExp) else (value,))
    ]
    return {text for value in inner if (text := template_of(value)) and " " in text}


# Packages whose errors can reach a page, and files in them that pages have no use for.
LOWER = (
    "analysis",
    "flashing",
    "image",
    "jobs",
    "link",
    "live",
    "machine",
    "openbeken",
    "redaction",
)
UNSEEN = {
    "analysis/inputs.py:looked for files ending in 7": "a folder is dropped file by file",
    "flashing/erase.py": "the pages do not erase",
    "flashing/verify.py:7 from 7: 77": "pages show a difference as their own outcome",
    "jobs/capture.py": "pages keep no log file",
    "jobs/device_list.py": "of match",
    "jobs/lan": "of obk",
    "jobs/mcu.py": "of mcu",
    "jobs/write.py:changing the chip needs a confirmation": "of the API",
    "jobs/write.py:pass yes=True, or a function as confirm= that is given the plan": "of the API",
    "jobs/run.py": "of run",
    "probing/observations_json.py": "of probe",
    "link/faulty.py": "of sim",
    "link/serve": "of sim",
    "link/virtual.py": "of addresses typed in a terminal",
    "live/runner.py": "of run",
    "machine/air": "of frames, which a chip sends and nobody reads",
    "machine/bus.py": "of a peripheral that is being written",
    "machine/fault_spec.py": "of sim",
    "machine/pattern.py": "of boot --until",
    "machine/rom": "of sim",
    "machine/wire_chips.py": "of sim",
    "openbeken/config": "of config set",
    "openbeken/devices.py": "of match",
    "openbeken/flags.py": "of config set",
}


def errors_below() -> set[str]:
    """Messages and hints of errors in packages below the pages."""
    found: set[str] = set()
    for path in (path for name in LOWER for path in sorted((SOURCE / name).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            called = node.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            hints = [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
            said = [template_of(value) for value in (node.args[0], *hints)]
            place = path.relative_to(SOURCE).as_posix()
            ours = name.endswith("Error") and name not in {*dir(builtins), "JsonError"}
            if ours and not any(place.startswith(each) for each in UNSEEN):
                shown = {text for text in said if text and " " in text}
                found |= {text for text in shown if f"{place}:{text}" not in UNSEEN}
    return found


SAID = {
    "errors of lower packages": errors_below(),
    "what a file is": {f"this is {row['name']}, not a flash dump" for row in
                       read_table("analysis", "file_signatures.toml")["signature"]}
    | {row["hint"] for row in read_table("analysis", "file_signatures.toml")["signature"][1:]}
    | {f"this is {row['name']}, not a dump" for row in
       read_table("analysis", "other_kinds.toml").values()},
    "why a file is not understood": told_by("analysis", "NotADumpError", 0),
    "messages of flashing": told_by("flashing", "Message", 2),
    "messages of a link": told_by("link", "Message", 2),
    "messages of jobs": told_by("jobs/install", "Message", 2),
    "notes about pins": told_by("pins", "note", 0),
    "notes in tables": {
        re.sub(r"\{\w+\}", "7", row["note"])
        for name, rows in (("tuya_keys", "key"), ("tuya_settings", "setting"))
        for row in read_table("pins", f"{name}.toml")[rows]
        if row.get("note")
    },
    "what is heard of a chip": {text for pair in HEARD_TEXT.values() for text in pair},
    "ports": {f"7: {message}" for message in serial_port._TEXTS}
    | {advice for _, _, advice in serial_port._URL_REASONS if isinstance(advice, str)},
    "settings of pins": told_by("openbeken/settings.py", "BadValueError", 0),
    "clues to a chip": told_by("analysis", "Clue", 2) | told_by("analysis", "Clue", 1),
    "stages of linking": set(STAGE_TEXT.values()),
    "kinds of files": set(KIND_MEANS.values()),
    "what doctor sees": seen_by_doctor(),
    "pins of OpenBeken": {
        role.label.replace("{n}", "7").replace("{place}", "7") for role in roles()[1:]
    },
    "errors of the pages": {
        text
        for name in ("NotFoundError", "BusyError", "RefusedError", "CancelledJobError")
        for text in told_by("web", name, 0)
    },
}  # fmt: skip
