"""The board function."""
