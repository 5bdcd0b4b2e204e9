"""Snapshots of an air with its machines, peers, services and connections.

It is restored into an air that was built the same way: the same networks and services in the same
order, and machines made from the same images in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bekenlab.machine import snapshot
from bekenlab.machine.devices.base import bytes_of, table_of
from bekenlab.machine.errors import SnapshotError

if TYPE_CHECKING:
    from bekenlab.machine.air.air import Air

_MAGIC = b"bekenlab air 1\n"


def save(air: Air) -> bytes:
    """The state of an air and its machines, between two runs.

    Raises:
        SnapshotError: A program has a connection to a chip open.
    """
    machines: dict[object, object] = {
        place: snapshot.save(machine) for place, machine in air.machines.items()
    }
    return snapshot.encode(_MAGIC, {"air": air.save(), "machines": machines})


def restore(air: Air, data: bytes) -> None:
    """Put an air into a saved state.

    Raises:
        SnapshotError: Damaged, of another version, or for an air or machines of another kind.
    """
    state = snapshot.decode(_MAGIC, data)
    try:
        machines = table_of(state["machines"])
        if machines.keys() != air.machines.keys():
            raise SnapshotError("The snapshot belongs to an air with other machines.")
        for place, machine in air.machines.items():
            snapshot.restore(machine, bytes_of(machines[place]))
        air.load(snapshot.table(state["air"]))
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise SnapshotError(f"The snapshot does not fit this air: {error!r}") from error
