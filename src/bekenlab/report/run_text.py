"""A run in the virtual air as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.report.live_log import LiveLog
from bekenlab.report.printable import printable

if TYPE_CHECKING:
    from bekenlab.jobs.run import Heard, RunReport

_LONGEST = 300
_MOST_LISTED = 10


class RunLines:
    """Turns what is heard into lines, without secrets.

    Args:
        show_secrets: Leave keys, Wi-Fi names and passwords in.
    """

    def __init__(self, *, show_secrets: bool = False) -> None:
        self._show_secrets = show_secrets
        self._logs: dict[str, LiveLog] = {}

    def feed(self, heard: Heard) -> list[str]:
        """The lines that something heard completes."""
        if heard.kind == "log":
            log = self._logs.setdefault(heard.subject, LiveLog(show_secrets=self._show_secrets))
            mark = "" if heard.subject == "uart2" else f"[{heard.subject}] "
            text = f"{heard.text}\n" if heard.subject in {"bench", "mcu"} else heard.text
            return [f"{mark}{line}" for line in log.feed(text)]
        words = {"subject": _short(heard.subject), "text": _short(heard.text)}
        return [f"* {_TEXTS[heard.kind].format(**words)}"]

    def end(self) -> list[str]:
        """The last lines, if a log stopped within one."""
        return [line for log in self._logs.values() for line in log.end()]


_TEXTS = {
    "page": "its page, once it is in the network: {text}",
    "paired": "in the copy, its settings were changed: {text}",
    "local": "its local control, once it is in the network: {text}, {subject}",
    "joined": "in the network, at {text}",
    "mqtt": "MQTT {subject}: {text}",
    "part": "{subject}: {text}",
}


def _short(text: str) -> str:
    """Text from firmware on one line."""
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
    return printable(shown).replace("\n", "\ufffd")


def summary(report: RunReport) -> list[str]:
    """What the chip tried to reach outside of the air."""
    tried = [f"{name} (name)" for name, _ in report.unknown.most_common(_MOST_LISTED)]
    tried += [f"{to} ({kind})" for (kind, to), _ in report.refused.most_common(_MOST_LISTED)]
    if not tried:
        return []
    return ["* it tried to reach, and did not:", *(f"*   {_short(each)}" for each in tried)]
