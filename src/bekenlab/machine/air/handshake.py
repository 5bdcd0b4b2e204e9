"""The access point's side of the four-way handshake, for one station."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air.kept import KeptAttributes
from bekenlab.machine.air.wpa import (
    ACK,
    ENCRYPTED,
    INSTALL,
    MIC,
    PAIRWISE,
    RSN_ELEMENT,
    SECURE,
    BadKeyFrameError,
    KeyFrame,
    PairwiseKeys,
    decode_key_frame,
    is_genuine,
    pairwise_keys,
    wrap_group_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_KEY_LENGTH = 16


class Handshake(KeptAttributes):
    """Agrees on keys with a station.

    Args:
        master: The pairwise master key.
        own: MAC address and nonce of the access point.
        station: MAC address of the station.
        group: Number and value of the group key.
        send: Sends a key frame.

    Attributes:
        keys: The keys, once both sides have them.
        wrong_key: Whether the station proved to have another passphrase.
    """

    kept: ClassVar[Mapping[str, str]] = {
        "keys": "PairwiseKeys | None",
        "wrong_key": "bool",
        "_own": "tuple",
        "_replay": "int",
        "_candidate": "PairwiseKeys | None",
    }

    def __init__(
        self,
        master: bytes,
        own: tuple[bytes, bytes],
        station: bytes,
        group: tuple[int, bytes],
        send: Callable[[bytes], None],
    ) -> None:
        self.keys: PairwiseKeys | None = None
        self.wrong_key = False
        self._master = master
        self._own = own
        self._station = station
        self._group = group
        self._send = send
        self._replay = 0
        self._candidate: PairwiseKeys | None = None

    def start(self) -> None:
        """Send the first message, or what the station has not answered yet."""
        if self.keys is not None:
            return
        self._replay += 1
        if self._candidate is None:
            first = KeyFrame(PAIRWISE | ACK, self._replay, self._own[1], length=_KEY_LENGTH)
            self._send(first.encode())
        else:
            self._third(self._candidate)

    def hear(self, data: bytes) -> None:
        """A key frame of the station has arrived."""
        try:
            frame = decode_key_frame(data)
        except BadKeyFrameError:
            return
        if frame.replay != self._replay or not frame.flags & MIC or self.keys is not None:
            return
        if self._candidate is None:
            self._second(frame, data)
        elif is_genuine(data, self._candidate):
            self.keys = self._candidate

    def _second(self, frame: KeyFrame, data: bytes) -> None:
        keys = pairwise_keys(self._master, self._own, (self._station, frame.nonce))
        self.wrong_key = not is_genuine(data, keys)
        if not self.wrong_key:
            self._candidate = keys
            self._replay += 1
            self._third(keys)

    def _third(self, keys: PairwiseKeys) -> None:
        flags = PAIRWISE | INSTALL | ACK | MIC | SECURE | ENCRYPTED
        data = wrap_group_key(keys, RSN_ELEMENT, *self._group)
        frame = KeyFrame(flags, self._replay, self._own[1], data, length=_KEY_LENGTH)
        self._send(frame.signed(keys).encode())
