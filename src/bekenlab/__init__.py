"""A laboratory for Beken smart-home chips: from the bytes of a dump to pins with evidence."""

__version__ = "0.1.0"
