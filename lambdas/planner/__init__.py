"""Puts each account and region of the organization on the queue that poll is fed from."""
