"""How fast device time goes by, against real time that is passed in."""

from __future__ import annotations

from collections import deque

SLOWEST, FASTEST = 0.1, 20.0
# A computer that cannot keep up must not race later to make good what it missed.
_MOST_BEHIND = 0.25
_MEASURED_OVER = 1.0


class Pacer:
    """Says how far device time should have come.

    Args:
        speed: Device seconds a second; None for as fast as possible.
    """

    def __init__(self, speed: float | None) -> None:
        self.speed = speed
        self._wall = self._device = 0.0

    def restart(self, wall: float, device: float) -> None:
        """Count from here on: after a pause, another speed, a reset."""
        self._wall, self._device = wall, device

    def due(self, wall: float, device: float) -> float:
        """Device seconds to run now; 0 or less when device time is ahead."""
        if self.speed is None:
            return _MOST_BEHIND
        behind = self._device + (wall - self._wall) * self.speed - device
        most = _MOST_BEHIND * max(1.0, self.speed)
        if behind > most:
            self.restart(wall, device + most)
            return most
        return behind

    def wait(self, behind: float) -> float:
        """Real seconds until something is due, when ``behind`` is not more than 0."""
        return -behind / self.speed if self.speed else 0.0


class Speedometer:
    """Measures device seconds a second over the last second."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque()

    def restart(self) -> None:
        """Nothing is known yet."""
        self._samples.clear()

    def note(self, wall: float, device: float) -> float:
        """Device time has come this far; the speed, 0 while nothing is known."""
        samples = self._samples
        samples.append((wall, device))
        while len(samples) > 1 and wall - samples[0][0] > _MEASURED_OVER:
            samples.popleft()
        passed = wall - samples[0][0]
        return (device - samples[0][1]) / passed if passed > 0 else 0.0
