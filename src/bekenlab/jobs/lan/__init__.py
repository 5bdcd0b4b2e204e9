"""Use cases with a running OpenBeken device on the network."""
