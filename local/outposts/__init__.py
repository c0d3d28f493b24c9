"""A simulator of the AWS Outposts API, served over HTTP for any AWS client."""
