"""The virtual air: what machines and peers send to each other, in virtual time.

Nothing here opens a socket. A frame reaches machines and peers in the same air, and a packet to any
other address is counted and dropped; ``bekenlab.live.openings`` connects named ports of this
computer.
"""

from bekenlab.machine.air.access_point import AccessPoint
from bekenlab.machine.air.air import Air
from bekenlab.machine.air.host import Host
from bekenlab.machine.air.network import Network
from bekenlab.machine.air.networks import ChipNetwork, ItsNetwork, OurNetwork
from bekenlab.machine.air.station import Station

__all__ = [
    "AccessPoint",
    "Air",
    "ChipNetwork",
    "Host",
    "ItsNetwork",
    "Network",
    "OurNetwork",
    "Station",
]
