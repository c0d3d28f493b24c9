"""The planner function."""
