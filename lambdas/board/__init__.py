"""The board: every order and its life, on one page."""
