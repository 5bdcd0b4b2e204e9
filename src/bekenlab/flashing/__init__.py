"""What is done to a chip: pieces of flash, plan, guard, execution, backup, verification."""
