"""The Slack channel: by a webhook a message each, by a bot a thread for each order."""
