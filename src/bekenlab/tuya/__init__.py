"""What Tuya stored on a device: values, protected copies, pin configuration, parameters.

Everything here takes bytes and returns frozen reports with notices; nothing raises on bad bytes.
"""
