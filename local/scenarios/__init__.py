"""Scenarios: what happens to orders in real life, as data files, and the code that plays them."""

from local.scenarios.scenario import PlayedStep, Scenario, load_scenarios

__all__ = ["PlayedStep", "Scenario", "load_scenarios"]
