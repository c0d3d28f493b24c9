"""The wording: events as text for people, for any channel. Pure."""
