"""A plan that is read for a while: a loader in flash must not give up meanwhile."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from bekenlab.errors import RefusedError
from bekenlab.link.identity import LoaderKind
from bekenlab.web.tasks import chip


def test_a_loader_is_kept_waiting_while_a_plan_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    session = SimpleNamespace(transport=None, try_once=lambda _request: asked.set())
    target: Any = SimpleNamespace(
        identity=SimpleNamespace(kind=LoaderKind.TUYA), session=session, size=0
    )
    monkeypatch.setattr(chip, "plan_write", lambda *_parts: None)
    monkeypatch.setattr(chip, "plan_view", lambda *_parts: {})

    def ask(_about: str, **_facts: object) -> dict[str, bool]:
        assert asked.wait(10), "nobody spoke to the loader"
        return {"yes": False}

    job: Any = SimpleNamespace(ask=ask)
    file: Any = None
    with pytest.raises(RefusedError, match="you said no"):
        chip._agreed(job, target, file, file)
