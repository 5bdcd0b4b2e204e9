"""Devices for the tests, and a client without patience for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.lan.clock import Patience
from bekenlab.lan.device import Device
from bekenlab.secret import Secret

if TYPE_CHECKING:
    from lan.fake import FakeDevice

QUICK = Patience(connect=2, answer=2, upload=5, save=2, reboot=5, update=5, poll=0.02, tries=4)


def client(device: FakeDevice, password: str | None = None) -> Device:
    secret = Secret(password.encode()) if password is not None else None
    return Device(device.host, password=secret, patience=QUICK)
