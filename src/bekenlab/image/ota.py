"""OTA packages: an RBL header and a body, usually AES-256-CBC around gzip.

Sources: docs/formats.md, "OTA packages".
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher as AesCipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes

from bekenlab.errors import CorruptInputError, UnsupportedError
from bekenlab.image import rbl
from bekenlab.image.fnv import fnv1a

_KEY = b"0123456789ABCDEF0123456789ABCDEF"
_START_VECTOR = b"0123456789ABCDEF"
_MAX_RAW = 16 << 20
_UG_HEADER = struct.Struct(">4s12sIII4s")
_UG_START = b"\x55\xaa\x55\xaa"
_UG_END = b"\xaa\x55\xaa\x55"


@dataclass(frozen=True, slots=True)
class Package:
    """An unpacked OTA package.

    Attributes:
        header: Its RBL header.
        code: The plain, unpacked content (logical bytes of the partition it is for).
        hash_ok: Whether FNV-1a over ``code`` matches the header.
    """

    header: rbl.RblHeader
    code: bytes
    hash_ok: bool


def strip_ug(data: bytes) -> bytes:
    """Remove Tuya's 32-byte UG header from an update file, if there is one."""
    if len(data) < _UG_HEADER.size:
        return data
    start, _, length, _, _, end = _UG_HEADER.unpack_from(data)
    if start != _UG_START or end != _UG_END or length > len(data) - _UG_HEADER.size:
        return data
    return data[_UG_HEADER.size : _UG_HEADER.size + length]


def unpack(data: bytes) -> Package:
    """Unpack a package that starts with its RBL header; bytes behind its body are ignored.

    Raises:
        CorruptInputError: The header or body is damaged or truncated.
        UnsupportedError: Its encryption or compression is not supported.
    """
    header = rbl.parse_header(data[: rbl.HEADER_SIZE])
    if header is None:
        raise CorruptInputError("the file does not start with a valid RBL header")
    body = data[rbl.HEADER_SIZE : rbl.HEADER_SIZE + header.package_size]
    if len(body) < header.package_size:
        raise CorruptInputError(
            f"the package is truncated: it has {len(body):,} of {header.package_size:,} bytes",
            hint="read or download it again",
        )
    if header.raw_size > _MAX_RAW:
        raise CorruptInputError(f"the header promises {header.raw_size:,} bytes of code")
    code = _unpack(_decrypt(body, header), header)
    return Package(header, code, fnv1a(code) == header.raw_fnv1a)


def _decrypt(body: bytes, header: rbl.RblHeader) -> bytes:
    if header.cipher == rbl.Cipher.NONE:
        return body
    if header.cipher != rbl.Cipher.AES256:
        raise UnsupportedError(f"OTA packages with encryption {header.cipher} are not supported")
    if len(body) % 16:
        raise CorruptInputError("an AES-encrypted body must be a multiple of 16 bytes long")
    decryptor = AesCipher(algorithms.AES256(_KEY), modes.CBC(_START_VECTOR)).decryptor()
    return decryptor.update(body) + decryptor.finalize()


def _unpack(body: bytes, header: rbl.RblHeader) -> bytes:
    if header.packing == rbl.Packing.NONE:
        return body[: header.raw_size]
    if header.packing != rbl.Packing.GZIP:
        raise UnsupportedError(f"OTA packages with compression {header.packing} are not supported")
    inflater = zlib.decompressobj(wbits=31)
    try:
        code = inflater.decompress(body, header.raw_size + 1)
    except zlib.error as error:
        raise CorruptInputError(f"the body cannot be decompressed: {error}") from error
    if len(code) != header.raw_size:
        raise CorruptInputError(
            f"the body unpacks to {len(code):,} bytes, but its header says {header.raw_size:,}"
        )
    return code
