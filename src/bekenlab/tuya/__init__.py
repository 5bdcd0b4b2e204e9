"""What Tuya stores on a device: values, protected copies, pin configuration, parameters.

Everything here takes bytes and returns frozen results with notices; damaged bytes raise nothing.
"""
