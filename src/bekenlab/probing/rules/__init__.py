"""What follows from observations: pure functions of records, which see nothing of the dump."""
