"""What the local cloud received, as HTML pages: Slack's channels and the mailbox."""
