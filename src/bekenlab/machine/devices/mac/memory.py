"""Access to the lists of descriptors that firmware keeps in memory."""

from __future__ import annotations

from typing import Protocol


class Memory(Protocol):
    """Plain memory."""

    def is_plain(self, address: int, length: int, access: str) -> bool:
        """Whether all of a range is plain memory with this access, ``"r"`` or ``"w"``."""
        ...

    def peek(self, address: int, size: int) -> bytes:
        """Read."""
        ...

    def poke(self, address: int, data: bytes) -> None:
        """Write."""
        ...


class BadDescriptorError(Exception):
    """A list leads out of memory, or to something that is not a descriptor."""


class Words:
    """Memory in words.

    Attributes:
        memory: The memory; None until there is one.
    """

    def __init__(self) -> None:
        self.memory: Memory | None = None

    def block(self, address: int, count: int) -> tuple[int, ...]:
        """``count`` words from an address.

        Raises:
            BadDescriptorError: Not in plain memory.
        """
        data = self.data(address, 4 * count)
        return tuple(int.from_bytes(data[n : n + 4], "little") for n in range(0, 4 * count, 4))

    def word(self, address: int) -> int:
        """One word; errors as for :meth:`block`."""
        return int.from_bytes(self.data(address, 4), "little")

    def data(self, address: int, length: int) -> bytes:
        """Bytes; errors as for :meth:`block`."""
        memory = self.memory
        if memory is None or length <= 0 or not memory.is_plain(address, length, "r"):
            raise BadDescriptorError
        return memory.peek(address, length)

    def set(self, address: int, *values: int) -> None:
        """Write words; errors as for :meth:`block`."""
        self.put(address, b"".join(value.to_bytes(4, "little") for value in values))

    def put(self, address: int, data: bytes) -> None:
        """Write bytes; errors as for :meth:`block`."""
        memory = self.memory
        if memory is None or not memory.is_plain(address, len(data), "w"):
            raise BadDescriptorError
        memory.poke(address, data)
