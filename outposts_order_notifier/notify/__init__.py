"""Notify people of each `Outposts Order Updated` event through the configured channels."""
