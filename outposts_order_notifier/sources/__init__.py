"""Read orders from the AWS Outposts API, in this account and others."""
