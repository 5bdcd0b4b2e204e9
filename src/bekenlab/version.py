"""The version of the package, in the one place from which the build reads it."""

__version__ = "0.2.0"
