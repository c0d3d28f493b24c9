"""Generate the reference of the events: their schemas and docs/events.md."""
