"""The wording: events as text for people, whatever the channel. Pure."""
