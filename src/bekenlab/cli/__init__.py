"""The command line: with the pages, the only package that prints, asks or exits."""
