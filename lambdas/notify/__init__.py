"""Tells people, by SNS and Slack, what `Outposts Order Updated` events say."""
