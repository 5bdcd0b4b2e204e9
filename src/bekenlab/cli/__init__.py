"""The command line: the only room besides the web that prints, asks or exits."""
