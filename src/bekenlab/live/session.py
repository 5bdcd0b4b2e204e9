"""A live chip in its own thread, with pacing, any number of watchers, and a command queue."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from bekenlab.live.commands import Command, Pause, Reset, Resume, SetSpeed, Step
from bekenlab.live.messages import Messages
from bekenlab.live.model import Edge, Frame, LiveState, Picture
from bekenlab.live.online import NO_NETWORK, NetworkChoice, NetworkKind, chip_of, go_online
from bekenlab.live.pacing import FASTEST, SLOWEST, Pacer, Speedometer
from bekenlab.live.record import MOST_EDGES, LogTail, Ring
from bekenlab.live.watcher import Watcher

if TYPE_CHECKING:
    from collections.abc import Callable

    from bekenlab.live.source import LiveSource

_FRAME_SECONDS = 0.05
# One call of the machine: short, so that commands are handled promptly.
_RUN_WALL_SECONDS = 0.02
_NAP_SECONDS = 0.05
# A chip whose page somebody reads runs in short steps, ahead of its time, so that it answers fast.
_LIVELY_SECONDS, _LIVELY_STEP = 0.3, 0.002
# Commands do not wake a thread that waits for its sockets: it looks for them this often.
_LOOK_SECONDS = 0.02
_MOST_COMMANDS = 1000


class LiveSession:
    """Runs a chip until it is closed.

    Args:
        source: The chip.
        network: Its network in the virtual air. Its page is then served at a free port.
        speed: Initial speed in device seconds per second; None for as fast as possible.
        paused: Whether to start paused.
        nap_after: Real seconds without a watcher or command after which the chip is suspended.
        monotonic: Real time in seconds.

    Attributes:
        source: The chip.
        watched_at: Real time of the last watcher or command, or of what its page sent or got.

    Raises:
        UnsupportedError: It shall join our network, and its settings cannot be changed.
        ListenError: No port can be opened for its page.
    """

    def __init__(
        self,
        source: LiveSource,
        *,
        network: NetworkChoice = NO_NETWORK,
        speed: float | None = 1.0,
        paused: bool = False,
        nap_after: float = 30.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.source = source
        self._monotonic = monotonic
        self._nap_after = nap_after
        self._news = threading.Condition()
        self._commands: deque[Command] = deque()
        self._watchers: list[Watcher] = []
        self._messages = Messages()
        self._online = (
            go_online(source, network, published=self._messages.take)
            if network.kind is not NetworkKind.NONE
            else None
        )
        self._page = self._online.serve() if self._online else ""
        self._chip = chip_of(source, self._online)
        self._moved_at = 0.0
        self._hertz = self._chip.ticks(1.0)
        self._edges: Ring[tuple[int, int, int]] = Ring(MOST_EDGES)
        self._log = LogTail()
        self._first_edge = 0
        self._pacer = Pacer(speed)
        self._meter = Speedometer()
        self._state = LiveState.PAUSED if paused else LiveState.RUNNING
        self._step_to: tuple[int, int] | None = None
        self._closing = False
        self.watched_at = monotonic()
        self._restart_clocks()
        self._published_at = self.watched_at
        self._picture = self._look()
        self._thread = threading.Thread(target=self._work, name="bekenlab-live", daemon=True)
        self._thread.start()

    # called from any thread -------------------------------------------------------------------

    def command(self, command: Command) -> bool:
        """Queue a command; returns False if the session is closed or the queue is full."""
        with self._news:
            if self._closing or len(self._commands) >= _MOST_COMMANDS:
                return False
            self._commands.append(command)
            self.watched_at = self._monotonic()
            self._news.notify_all()
        return True

    def watch(self, wake: Callable[[], None] = lambda: None) -> Watcher:
        """Start watching."""
        watcher = Watcher(self, wake)
        with self._news:
            self._watchers.append(watcher)
            self._news.notify_all()
        return watcher

    def unwatch(self, watcher: Watcher) -> None:
        """Stop watching."""
        with self._news:
            if watcher in self._watchers:
                self._watchers.remove(watcher)
            self.watched_at = self._monotonic()

    @property
    def picture(self) -> Picture:
        """The last published state of the chip."""
        with self._news:
            return self._picture

    def idle_seconds(self) -> float:
        """Seconds since the last watcher or command; 0 while watched."""
        with self._news:
            return 0.0 if self._watchers else self._monotonic() - self.watched_at

    def frame_for(self, watcher: Watcher) -> Frame:
        """Make a watcher's next frame."""
        with self._news:
            picture, edges = self._picture, self._edges
            rows, edges_lost = edges.since(max(watcher.next_edge, self._first_edge))
            pieces, log_lost = self._log.since(watcher.next_piece)
            watcher.next_edge, watcher.next_piece = edges.end, self._log.end
        changes = tuple(Edge(tick / self._hertz, gpio, level) for tick, gpio, level in rows)
        return Frame(picture, changes, edges_lost, pieces, log_lost)

    def wait_for(self, holds: Callable[[Picture], bool], timeout: float) -> bool:
        """Wait until a condition holds; returns False on timeout or if the session is closed."""
        end = self._monotonic() + timeout
        with self._news:
            while not holds(self._picture):
                left = end - self._monotonic()
                if left <= 0 or self._picture.state is LiveState.CLOSED:
                    return False
                self._news.wait(left)
        return True

    def end(self) -> None:
        """Ask the session to end, without waiting."""
        with self._news:
            self._closing = True
            self._news.notify_all()

    def close(self) -> None:
        """End the session and wait for its thread."""
        self.end()
        self._thread.join()

    # called from the session's thread ---------------------------------------------------------

    def _work(self) -> None:
        while not self._closing:
            self._obey()
            self._poll()
            if self._chip.stop is not None:
                self._state, self._step_to = LiveState.STOPPED, None
            running = self._state is LiveState.RUNNING
            if running:
                self._run()
            elif self._step_to is not None:
                self._run_step(self._step_to)
            busy = running or self._step_to is not None
            if not busy or self._monotonic() - self._published_at >= _FRAME_SECONDS:
                self._publish()
            if not busy:
                self._sleep(None)
        self._state = LiveState.CLOSED
        self._publish()
        if self._online is not None:
            self._online.close()
        self._chip.close()

    def _run(self) -> None:
        if self.idle_seconds() > self._nap_after:
            self._sleep(None)
            self._restart_clocks()
            return
        chip = self._chip
        behind = self._pacer.due(self._monotonic(), chip.seconds)
        lively = self._is_lively()
        if behind <= 0 and not lively:
            self._sleep(min(_NAP_SECONDS, self._pacer.wait(behind)))
            return
        self._run_to(chip.tick + chip.ticks(_LIVELY_STEP if lively else behind))

    def _poll(self, seconds: float = 0.0) -> bool:
        """Move what has arrived for the chip's page or from it; returns whether anything did."""
        moved = self._online is not None and self._online.openings.poll(seconds)
        if moved:
            self._moved_at = self._monotonic()
            with self._news:
                self.watched_at = self._moved_at
        return moved

    def _is_lively(self) -> bool:
        busy = self._online is not None and self._online.openings.busy
        return busy and self._monotonic() - self._moved_at < _LIVELY_SECONDS

    def _run_step(self, step_to: tuple[int, int]) -> None:
        power_up, tick = step_to
        self._run_to(tick)
        if self._chip.power_ups != power_up or self._chip.tick >= tick:
            self._step_to = None

    def _run_to(self, tick: int) -> None:
        power_up = self._chip.power_ups
        self._chip.run_to(tick, wall_seconds=_RUN_WALL_SECONDS)
        if self._chip.power_ups != power_up:
            self._restart_clocks()

    def _obey(self) -> None:
        while True:
            with self._news:
                if not self._commands:
                    return
                command = self._commands.popleft()
            self._do(command)

    def _do(self, command: Command) -> None:
        chip = self._chip
        if isinstance(command, Pause):
            if self._state is LiveState.RUNNING:
                self._state = LiveState.PAUSED
        elif isinstance(command, Resume):
            if self._state is LiveState.PAUSED:
                self._state, self._step_to = LiveState.RUNNING, None
        elif isinstance(command, Step):
            if self._state is not LiveState.STOPPED:
                self._state = LiveState.PAUSED
                self._step_to = (chip.power_ups, chip.tick + chip.ticks(command.seconds))
        elif isinstance(command, SetSpeed):
            speed = command.speed
            self._pacer.speed = None if speed is None else min(FASTEST, max(SLOWEST, speed))
        else:
            chip.do(command)
            if not isinstance(command, Reset):
                return
            self._step_to = None
            if self._state is LiveState.STOPPED:
                self._state = LiveState.RUNNING
        self._restart_clocks()

    def _restart_clocks(self) -> None:
        now = self._monotonic()
        self._pacer.restart(now, self._chip.seconds)
        self._meter.restart()

    def _look(self) -> Picture:
        chip = self._chip
        gpio = chip.gpio()
        ratio = self._meter.note(self._monotonic(), chip.seconds)
        return Picture(
            state=self._state,
            stop=chip.stop,
            power_ups=chip.power_ups,
            device_seconds=chip.seconds,
            speed=self._pacer.speed,
            ratio=round(ratio, 3) if self._state is LiveState.RUNNING else 0.0,
            gpio=gpio,
            driven=chip.driven(),
            parts=chip.parts(gpio),
            points=chip.points(),
            labels=tuple((pin.gpio, pin.label) for pin in chip.fitting.pins),
            fitted_from=chip.fitting.source,
            network=self._online.view(self._page, self._messages) if self._online else None,
        )

    def _publish(self) -> None:
        picture = self._look()
        with self._news:
            self._published_at = self._monotonic()
            self._picture = picture
            self._edges.follow(self._chip.edges)
            self._log.follow(self._chip.log)
            self._first_edge = self._chip.first_edge
            self._news.notify_all()
            watchers = tuple(self._watchers)
        for watcher in watchers:
            watcher.wake()

    def _sleep(self, seconds: float | None) -> None:
        """Sleep until a command arrives or its page is asked for, or for so many seconds."""
        if self._online is None:
            with self._news:
                if not self._commands and not self._closing:
                    self._news.wait(seconds)
            return
        end = None if seconds is None else self._monotonic() + seconds
        while not self._commands and not self._closing and not self._poll(_LOOK_SECONDS):
            if end is not None and self._monotonic() >= end:
                return
