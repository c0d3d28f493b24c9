"""Read the orders of one source and publish an event for each change since the last poll."""
