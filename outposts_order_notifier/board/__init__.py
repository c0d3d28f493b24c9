"""Show every order and its history on one page."""
