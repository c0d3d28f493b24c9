"""Scenarios: what happens to orders in real life, as data files, and the player that brings it about."""

from local.scenarios.scenario import PlayedStep, Scenario, ScenarioError, load_scenario, load_scenarios

__all__ = ["PlayedStep", "Scenario", "ScenarioError", "load_scenario", "load_scenarios"]
