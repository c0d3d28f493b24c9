"""Put events into words for people: pure."""
