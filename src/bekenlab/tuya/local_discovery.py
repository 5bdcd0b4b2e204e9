"""What Tuya devices announce on the local network: their id, and the protocol they speak.

Announcements are frames to UDP port 6666 in plain (protocol 3.1) or 6667, encrypted with a key all
devices share. Source: https://github.com/jasonacox/tinytuya (tinytuya/core/udp_helper.py, MIT).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bekenlab.errors import CorruptInputError
from bekenlab.json_text import read_json
from bekenlab.tuya.crypto import AES_BLOCK, decrypt
from bekenlab.tuya.local_frames import Form, decode, is_gcm
from bekenlab.tuya.local_session import Protocol

if TYPE_CHECKING:
    from typing import Any

PORTS = (6666, 6667)
_KEY = hashlib.md5(b"yGAdlopoPVldABfn", usedforsecurity=False).digest()


@dataclass(frozen=True, slots=True)
class Announcement:
    """An announcement.

    Attributes:
        device: The device's id.
        protocol: The protocol it speaks, or None if it is not known here.
    """

    device: str = field(repr=False)
    protocol: Protocol | None


def read_announcement(data: bytes) -> Announcement:
    """Read an announcement.

    Raises:
        CorruptInputError: It is something else.
    """
    form = Form.GCM if is_gcm(data) else Form.CRC
    content = decode(data, form, _KEY)[0].content
    if not content.lstrip(b"\0").startswith(b"{"):
        content = decrypt(_KEY, content[len(content) % AES_BLOCK :])
    told = _object(content)
    device, version = told.get("gwId"), told.get("version")
    if not isinstance(device, str):
        raise CorruptInputError("this is not an announcement of a Tuya device")
    known = isinstance(version, str) and version in set(Protocol)
    return Announcement(device, Protocol(str(version)) if known else None)


def _object(content: bytes) -> dict[str, Any]:
    start, end = content.find(b"{"), content.rfind(b"}")
    try:
        told = read_json(content[start : end + 1])
    except ValueError as error:
        raise CorruptInputError("this is not an announcement of a Tuya device") from error
    return told if isinstance(told, dict) else {}
