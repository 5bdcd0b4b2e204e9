"""Virtual chips served to other programs: over a pseudo terminal or over TCP."""
