"""A person's settings, and their effect."""
