"""What every function needs: AWS clients, logs, traces, metrics and batches."""
