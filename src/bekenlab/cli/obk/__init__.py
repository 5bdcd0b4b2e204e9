"""``bekenlab obk``: a running OpenBeken device on the network."""
