"""Reads the log that OpenBeken prints while it starts, on TX2 at 115200 baud.

Facts: the log of OpenBeken 1.18.300 for BK7231N and BK7231T in the virtual chip.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bekenlab.secret import Secret


class ConfigVerdict(StrEnum):
    """Whether OpenBeken loaded the configuration sector."""

    TAKEN = "taken"
    REJECTED = "rejected"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class ObkBootLog:
    """The contents of a log.

    Attributes:
        name: ``"OpenBK7231N"``, or None if the log does not say.
        version: ``"1.18.300"``, or None.
        config: Whether the stored configuration was loaded.
        ssid: Name of the Wi-Fi network it uses; None if not printed yet; empty for no network.
        access_point: Whether it opened its own access point.
        joined: Whether it is in its Wi-Fi network, by the last report on that; None: no report.
        started: Whether startup is complete.
        calibration_missing: Whether it found no RF calibration in flash.
    """

    name: str | None = None
    version: str | None = None
    config: ConfigVerdict = ConfigVerdict.UNSEEN
    ssid: Secret | None = None
    access_point: bool = False
    joined: bool | None = None
    started: bool = False
    calibration_missing: bool = False

    @property
    def told_all(self) -> bool:
        """Whether the log holds everything needed, so that waiting longer is pointless."""
        return self.started and self.ssid is not None

    def uses(self, ssid: bytes) -> bool | None:
        """Whether it uses this network (empty for none); None if not printed yet."""
        return None if self.ssid is None else self.ssid.reveal() == ssid


_BANNER = re.compile(r"(OpenB[A-Z0-9]{2,9}), version (\S{1,60})")
_TAKEN = re.compile(r"CFG_InitAndLoad: Correct config has been loaded")
_REJECTED = re.compile(r"CFG_InitAndLoad: Config crc or ident mismatch")
_SSID = re.compile(r"Using SSID \[([^\r\n]{0,64})\]")
_ACCESS_POINT = re.compile(r"Soft_AP_start|APM_STOP_CFM|softap: 1")
# Main_OnWiFiStatusChange of user_main.c, and the line it prints every second.
_JOINED = re.compile(r"(WIFI_STA_CONNECTED|bWifi 1\b)|WIFI_STA_(?:AUTH_FAILED|DISCONNECTED)")
_STARTED = re.compile(r"Main_Init_After_Delay done")
_NO_CALIBRATION = re.compile(r"No TLV header found in flash")


def read_boot_log(text: str) -> ObkBootLog:
    """Read a complete or partial log; if it holds several starts, the last one counts."""
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
        joined=bool(states[-1]) if (states := _JOINED.findall(text)) else None,
        started=_STARTED.search(text) is not None,
        calibration_missing=_NO_CALIBRATION.search(text) is not None,
    )
