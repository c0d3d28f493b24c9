"""The operator's command line: works on a deployed stack with the caller's own credentials."""
