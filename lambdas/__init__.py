"""The functions that run in AWS, one folder each, and `orders`, the domain that they share."""
