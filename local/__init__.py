"""The local cloud: an Outposts simulator, a Slack receiver, a mailbox, and the stack deployed beside them."""
