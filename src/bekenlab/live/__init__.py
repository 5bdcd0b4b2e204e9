"""Live virtual chips: they keep running, and can be watched and operated."""
