"""Notify a team, within minutes, of what happens to its AWS Outposts hardware orders."""
