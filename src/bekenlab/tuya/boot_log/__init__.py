"""The log Tuya's firmware prints while it boots: records, parameters, identity."""
