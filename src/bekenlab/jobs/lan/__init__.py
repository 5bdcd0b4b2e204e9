"""Use cases for a running OpenBeken device on the network."""
