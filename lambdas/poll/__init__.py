"""The poll function."""
