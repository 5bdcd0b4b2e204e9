"""Sample devices built out of nothing but code: for the demo and for tests, reproducible."""

from bekenlab.samples.plug import PARAMETERS, SAMPLE_CHIP, SAMPLE_NAME, build_sample

__all__ = ["PARAMETERS", "SAMPLE_CHIP", "SAMPLE_NAME", "build_sample"]
