"""Second controllers (TuyaMCU): their frames, their data points, and what those mean."""
