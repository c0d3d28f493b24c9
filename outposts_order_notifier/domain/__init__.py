"""The domain: orders and how they change. Pure; imports the standard library only."""
