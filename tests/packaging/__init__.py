"""The wheel and the source archive."""
