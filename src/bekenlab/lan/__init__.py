"""Access to a running OpenBeken device over the network: its web server, as it really behaves."""
