"""When a dump is probed; apart from the probe, which takes long to load."""

from enum import StrEnum

JOB = "probe"


class ProbeMode(StrEnum):
    """Whether a dump is probed while it is read.

    ``AUTO``: if nothing names its pins, but its firmware drove some when it was booted.
    """

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"
