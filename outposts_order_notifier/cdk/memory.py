"""The functions' memory in MB; CPU power is proportional to it. Chosen by the curve in docs/performance.md."""

POLL = 1_024
NOTIFY = 256
