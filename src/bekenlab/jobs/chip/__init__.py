"""Use cases with a chip on the wire: back up, verify, restore, write, erase, diagnose."""
