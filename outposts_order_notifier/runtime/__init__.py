"""Provide what every function needs: clients' configuration, logs, traces, metrics and batches."""
