"""Notify Slack: by webhook with one message each, by bot with a thread for each order."""
