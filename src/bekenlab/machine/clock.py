"""Virtual time: a tick counter, and deadlines at which something happens.

One executed instruction is one tick. Devices set deadlines by name; names are saved in snapshots,
while handlers are registered again whenever a machine is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Clock:
    """Virtual time in ticks of ``hz``.

    Args:
        hz: Ticks per device second.
    """

    def __init__(self, hz: int) -> None:
        self.hz = hz
        self.now = 0
        self._deadlines: dict[str, int] = {}
        self._handlers: dict[str, Callable[[int], None]] = {}

    @property
    def seconds(self) -> float:
        """Device seconds since the machine was built."""
        return self.now / self.hz

    def handle(self, name: str, handler: Callable[[int], None]) -> None:
        """Register the handler of the deadline ``name``; it is called with the tick it was due."""
        self._handlers[name] = handler

    def at(self, name: str, tick: int) -> None:
        """Set or move the deadline ``name``. It must have a handler."""
        if name not in self._handlers:
            raise KeyError(name)
        self._deadlines[name] = tick

    def after(self, name: str, ticks: int) -> None:
        """Set the deadline ``name`` relative to now, at least one tick ahead."""
        self.at(name, self.now + max(1, ticks))

    def cancel(self, name: str) -> None:
        """Cancel the deadline ``name``, if it is set."""
        self._deadlines.pop(name, None)

    def cancel_all(self) -> None:
        """Cancel all deadlines."""
        self._deadlines.clear()

    def is_set(self, name: str) -> bool:
        """Whether the deadline ``name`` is pending."""
        return name in self._deadlines

    def due_at(self, name: str) -> int | None:
        """Tick of the deadline ``name``, or None."""
        return self._deadlines.get(name)

    def next(self) -> int | None:
        """The earliest deadline, or None if nothing is planned."""
        return min(self._deadlines.values(), default=None)

    def fire(self) -> None:
        """Call the handlers of every deadline at or before now, earliest first, then by name."""
        while self._deadlines:
            tick, name = min((tick, name) for name, tick in self._deadlines.items())
            if tick > self.now:
                return
            del self._deadlines[name]
            self._handlers[name](tick)

    def save(self) -> dict[str, int]:
        """Deadlines by name, for a snapshot."""
        return dict(self._deadlines)

    def load(self, now: int, deadlines: Mapping[str, int]) -> None:
        """Restore what :meth:`save` returned; deadlines without a handler are dropped."""
        self.now = now
        self._deadlines = {n: t for n, t in deadlines.items() if n in self._handlers}
