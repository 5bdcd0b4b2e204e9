"""Sections of the documentation with warnings that reach the pages."""

# What the pages can come to say; of the network, say, they know nothing.
SECTIONS = (
    "About the file and the flash",
    "About Tuya's storage",
    "About the configuration's text",
    "About a boot in the virtual chip",
    "About a boot log",
    "About a chip on the wire",
    "About pins",
    "About an install",
)
