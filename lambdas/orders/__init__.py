"""The domain: orders, how two reads of one differ, and the events that tell it."""
