"""The functions' memory in MB; processor time grows with it. Chosen by the curve in docs/performance.md."""

POLL = 1_024
NOTIFY = 256
