"""``bekenlab corpus``: thousands of dumps as tables, and questions to them."""
