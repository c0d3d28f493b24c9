"""Sources: which accounts and regions to read orders from, and the Outposts API."""
