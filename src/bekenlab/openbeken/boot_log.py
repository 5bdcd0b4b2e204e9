"""What OpenBeken says of itself while it starts: on TX2, 115200 baud.

Facts: the log of OpenBeken 1.18.300 for BK7231N and BK7231T in the virtual chip.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bekenlab.secret import Secret


class ConfigVerdict(StrEnum):
    """What became of the configuration sector."""

    TAKEN = "taken"
    REJECTED = "rejected"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class ObkBootLog:
    """What a log tells.

    Attributes:
        name: ``"OpenBK7231N"``, or None when the log does not say so.
        version: ``"1.18.300"``, or None.
        config: Whether the stored configuration was taken.
        ssid: Name of the Wi-Fi network it uses; None while it has not said; empty: none.
        access_point: Whether it opened an access point of its own.
        started: Whether it has done all it does at a start.
        calibration_missing: Whether it found no RF calibration in flash.
    """

    name: str | None = None
    version: str | None = None
    config: ConfigVerdict = ConfigVerdict.UNSEEN
    ssid: Secret | None = None
    access_point: bool = False
    started: bool = False
    calibration_missing: bool = False

    @property
    def told_all(self) -> bool:
        """Whether waiting for more would tell nothing that is asked of it."""
        return self.started and self.ssid is not None

    def uses(self, ssid: bytes) -> bool | None:
        """Whether it uses this network (empty: none); None while it has not said."""
        return None if self.ssid is None else self.ssid.reveal() == ssid


_BANNER = re.compile(r"(OpenB[A-Z0-9]{2,9}), version (\S{1,60})")
_TAKEN = re.compile(r"CFG_InitAndLoad: Correct config has been loaded")
_REJECTED = re.compile(r"CFG_InitAndLoad: Config crc or ident mismatch")
_SSID = re.compile(r"Using SSID \[([^\r\n]{0,64})\]")
_ACCESS_POINT = re.compile(r"Soft_AP_start|APM_STOP_CFM|softap: 1")
_STARTED = re.compile(r"Main_Init_After_Delay done")
_NO_CALIBRATION = re.compile(r"No TLV header found in flash")


def read_boot_log(text: str) -> ObkBootLog:
    """Read a log, whole or in part; of several starts in it the last one counts."""
    begin = max((match.start() for match in _BANNER.finditer(text)), default=0)
    text = text[begin:]
    banner = _BANNER.search(text)
    ssid = _SSID.search(text)
    verdict = ConfigVerdict.UNSEEN
    if _TAKEN.search(text):
        verdict = ConfigVerdict.TAKEN
    elif _REJECTED.search(text):
        verdict = ConfigVerdict.REJECTED
    return ObkBootLog(
        name=banner[1] if banner else None,
        version=banner[2] if banner else None,
        config=verdict,
        ssid=Secret(ssid[1].encode("utf-8", "surrogateescape")) if ssid else None,
        access_point=_ACCESS_POINT.search(text) is not None,
        started=_STARTED.search(text) is not None,
        calibration_missing=_NO_CALIBRATION.search(text) is not None,
    )
