"""What Tuya stores on a device: values, protected copies, pin configuration, parameters.

Everything here takes bytes and returns frozen results with notices; damaged bytes raise nothing.
"""

from bekenlab.tuya.boot_log.follow import BootLogReader
from bekenlab.tuya.boot_log.model import BootLog, LogSecret, McuLink, ParameterSource
from bekenlab.tuya.boot_log.read import parse_boot_log
from bekenlab.tuya.boot_log.redact import redact_log
from bekenlab.tuya.names import is_schema, is_secret, is_secret_parameter
from bekenlab.tuya.oem_cfg import OemCfg, find_oem_cfg
from bekenlab.tuya.parameters.format import format_parameters
from bekenlab.tuya.parameters.model import Parameters, ParameterValue, parameter_crc
from bekenlab.tuya.parameters.parser import parse_parameters
from bekenlab.tuya.protected import ProtectedBlock, ProtectedValue, find_protected
from bekenlab.tuya.psm import PsmStore, PsmValue, read_psm
from bekenlab.tuya.storage.encode import encode_protected, encode_storage
from bekenlab.tuya.storage.model import Storage, StorageBlock, StoredValue
from bekenlab.tuya.storage.read import read_storage

__all__ = [
    "BootLog",
    "BootLogReader",
    "LogSecret",
    "McuLink",
    "OemCfg",
    "ParameterSource",
    "ParameterValue",
    "Parameters",
    "ProtectedBlock",
    "ProtectedValue",
    "PsmStore",
    "PsmValue",
    "Storage",
    "StorageBlock",
    "StoredValue",
    "encode_protected",
    "encode_storage",
    "find_oem_cfg",
    "find_protected",
    "format_parameters",
    "is_schema",
    "is_secret",
    "is_secret_parameter",
    "parameter_crc",
    "parse_boot_log",
    "parse_parameters",
    "read_psm",
    "read_storage",
    "redact_log",
]
