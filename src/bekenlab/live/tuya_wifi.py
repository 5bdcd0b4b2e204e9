"""Tuya's Wi-Fi settings in a copy of a dump, replaced by others of the same length.

Firmware that was paired keeps name and password in the value ``gw_wsm`` of its storage, encoded
with base64, and a mode (``md``) that has to be 0 for it to join with them. Source: dumps, and what
their firmware does in the virtual chip.
"""

from __future__ import annotations

import base64
import re

from bekenlab.errors import UnsupportedError
from bekenlab.machine.air import Network
from bekenlab.tuya.storage.edit import StorageEditor, open_storages

_VALUE = "gw_wsm"
_NAME, _PASSWORD = re.compile(rb'"ssid":"([^"]*)"'), re.compile(rb'"passwd":"([^"]*)"')
_MODE = re.compile(rb'"md":\d(?=[,}])')
_LONGEST_NAME, _SHORTEST_PASSWORD, _LONGEST_PASSWORD = 32, 8, 63


def with_network(flash: bytes, network: Network) -> tuple[bytes, Network]:
    """Replace the owner's network in Tuya's storage.

    Args:
        flash: The flash.
        network: The network to join.

    Returns:
        The changed copy, and the network with name and password made as long as the owner's.

    Raises:
        UnsupportedError: The device was never paired, so there is nothing to replace.
    """
    data = bytearray(flash)
    found: Network | None = None
    for editor in open_storages(data):
        for value in editor.values:
            if value.name == _VALUE and value.ok:
                found = _replace(editor, editor.current(value), network) or found
        editor.save()
    if found is None:
        raise UnsupportedError(
            "this device was never paired with a network, so its Wi-Fi settings cannot be replaced",
            hint="let it open its own network instead",
        )
    return bytes(data), found


def _replace(editor: StorageEditor, raw: bytes, network: Network) -> Network | None:
    name, password = _NAME.search(raw), _PASSWORD.search(raw)
    if name is None or not name[1]:
        return None
    ssid = _fitted(network.ssid, name[1])
    phrase = b""
    if password is not None and password[1]:
        phrase = _fitted(network.passphrase or network.ssid, password[1])
    fits = 0 < len(ssid) <= _LONGEST_NAME
    fits &= not phrase or _SHORTEST_PASSWORD <= len(phrase) <= _LONGEST_PASSWORD
    if not fits:
        return None
    new = raw.replace(name[0], b'"ssid":"%s"' % base64.b64encode(ssid), 1)
    if password is not None:
        new = new.replace(password[0], b'"passwd":"%s"' % base64.b64encode(phrase), 1)
    new = _MODE.sub(b'"md":0', new)
    for value in editor.values:
        if value.name == _VALUE and value.ok and editor.current(value) == raw:
            editor.replace(value, new)
    return Network(ssid, phrase or None)


def _fitted(text: bytes, stored: bytes) -> bytes:
    """The text, or as much of it repeated, so that its base64 is as long as what is stored."""
    if len(base64.b64encode(text)) == len(stored):
        return text
    return (text + b"-" * len(stored))[: len(stored) // 4 * 3]
