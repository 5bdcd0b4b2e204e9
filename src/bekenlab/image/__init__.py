"""The bytes of a dump: framing, cipher, partitions, containers, RF; see ``read_image``."""

from bekenlab.image.encryption import Encryption, EncryptionState
from bekenlab.image.image import (
    OTA_PACKAGE,
    Container,
    Image,
    LoaderIdentity,
    Partition,
    read_image,
)

__all__ = [
    "OTA_PACKAGE",
    "Container",
    "Encryption",
    "EncryptionState",
    "Image",
    "LoaderIdentity",
    "Partition",
    "read_image",
]
