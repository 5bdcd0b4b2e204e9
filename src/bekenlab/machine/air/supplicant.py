"""The station's side of the four-way handshake."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bekenlab.machine.air.kept import KeptAttributes
from bekenlab.machine.air.wpa import (
    ACK,
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
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Supplicant(KeptAttributes):
    """Agrees on keys with an access point.

    Args:
        master: The pairwise master key.
        own: MAC address and nonce of the station.
        access_point: MAC address of the access point.
        send: Sends a key frame.

    Attributes:
        keys: The keys, once both sides have them.
    """

    kept: ClassVar[Mapping[str, str]] = {
        "keys": "PairwiseKeys | None",
        "_own": "tuple",
        "_candidate": "PairwiseKeys | None",
    }

    def __init__(
        self,
        master: bytes,
        own: tuple[bytes, bytes],
        access_point: bytes,
        send: Callable[[bytes], None],
    ) -> None:
        self.keys: PairwiseKeys | None = None
        self._master = master
        self._own = own
        self._access_point = access_point
        self._send = send
        self._candidate: PairwiseKeys | None = None

    def hear(self, data: bytes) -> None:
        """A key frame of the access point has arrived; what is not genuine is ignored."""
        try:
            frame = decode_key_frame(data)
        except BadKeyFrameError:
            return
        if not frame.flags & ACK:
            return
        if not frame.flags & MIC:
            self._first(frame)
        elif self._candidate is not None and is_genuine(data, self._candidate):
            pairwise = frame.flags & PAIRWISE
            if frame.flags & INSTALL:
                self.keys = self._candidate
            self._answer(MIC | SECURE | pairwise, frame, self._candidate)

    def _first(self, frame: KeyFrame) -> None:
        if self.keys is None:
            other = (self._access_point, frame.nonce)
            self._candidate = pairwise_keys(self._master, other, self._own)
            self._answer(PAIRWISE | MIC, frame, self._candidate, self._own[1], RSN_ELEMENT)

    def _answer(
        self,
        flags: int,
        frame: KeyFrame,
        keys: PairwiseKeys,
        nonce: bytes = bytes(32),
        data: bytes = b"",
    ) -> None:
        self._send(KeyFrame(flags, frame.replay, nonce, data).signed(keys).encode())
