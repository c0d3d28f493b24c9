"""The local cloud: an Outposts simulator, a Slack receiver and a mailbox, with the stack deployed beside them."""
