"""Reads the orders of one source and publishes what changed since its last run."""
