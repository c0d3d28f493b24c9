"""What may be set on a person's machine, and what becomes of it."""
