"""What `make release` does: check, build into dist/, tag (docs/releasing.md)."""
