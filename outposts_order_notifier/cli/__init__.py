"""Operate a deployed stack from the command line, with the caller's own credentials."""
