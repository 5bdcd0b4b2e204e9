"""The command line. Apart from the pages, no other package prints, asks or exits."""
