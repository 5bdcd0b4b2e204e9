"""What a chip has published to the broker in the virtual air."""

from __future__ import annotations

MOST_TOPICS = 100
_LONGEST = 400


class Messages:
    """The newest message of each topic; topics that were silent for longest are forgotten.

    Args:
        most: Number of topics to keep.
    """

    def __init__(self, most: int = MOST_TOPICS) -> None:
        self._most = most
        self._by_topic: dict[str, str] = {}
        self._newest: tuple[tuple[str, str], ...] | None = ()

    def take(self, topic: str, content: bytes) -> None:
        """Remember a message; of a long one, its beginning."""
        text = content[:_LONGEST].decode("utf-8", "replace")
        self._by_topic.pop(topic, None)
        self._by_topic[topic] = text + ("…" if len(content) > _LONGEST else "")
        if len(self._by_topic) > self._most:
            del self._by_topic[next(iter(self._by_topic))]
        self._newest = None

    def newest(self) -> tuple[tuple[str, str], ...]:
        """Topics and messages, the latest first."""
        if self._newest is None:
            self._newest = tuple(reversed(self._by_topic.items()))
        return self._newest
