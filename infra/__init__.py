"""The infrastructure: typed configuration, the stack, and one construct per part."""
