"""The network to a running OpenBeken: its web server, as it really behaves."""
