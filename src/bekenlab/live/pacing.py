"""Speed of device time relative to real time, which is passed in."""

from __future__ import annotations

from collections import deque

SLOWEST, FASTEST = 0.1, 20.0
# A computer that cannot keep up must not speed up later to catch up.
_MOST_BEHIND = 0.25
_MEASURED_OVER = 1.0


class Pacer:
    """Computes how far device time should have advanced.

    Args:
        speed: Device seconds per second; None for as fast as possible.
    """

    def __init__(self, speed: float | None) -> None:
        self.speed = speed
        self._wall = self._device = 0.0

    def restart(self, wall: float, device: float) -> None:
        """Start counting here: after a pause, a change of speed, or a reset."""
        self._wall, self._device = wall, device

    def due(self, wall: float, device: float) -> float:
        """Device seconds to run now; 0 or less if device time is ahead."""
        if self.speed is None:
            return _MOST_BEHIND
        behind = self._device + (wall - self._wall) * self.speed - device
        most = _MOST_BEHIND * max(1.0, self.speed)
        if behind > most:
            self.restart(wall, device + most)
            return most
        return behind

    def wait(self, behind: float) -> float:
        """Real seconds until the next run is due, if ``behind`` is not above 0."""
        return -behind / self.speed if self.speed else 0.0


class Speedometer:
    """Measures device seconds per second over the last second."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque()

    def restart(self) -> None:
        """Forget all measurements."""
        self._samples.clear()

    def note(self, wall: float, device: float) -> float:
        """Record the device time; returns the speed, 0 while it is unknown."""
        samples = self._samples
        samples.append((wall, device))
        while len(samples) > 1 and wall - samples[0][0] > _MEASURED_OVER:
            samples.popleft()
        passed = wall - samples[0][0]
        return (device - samples[0][1]) / passed if passed > 0 else 0.0
