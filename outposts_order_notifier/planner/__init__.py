"""Put a message on poll's queue for each account and region of the organization."""
