"""Talking to a chip: transports, the download protocol, and the session on top of them."""
