"""Model orders and how they change: pure, and of the standard library alone."""
