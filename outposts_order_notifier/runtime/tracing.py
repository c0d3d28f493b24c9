"""The tracer of the functions.

Only handlers import it: X-Ray's library then creates an AWS client, and the command line must work without valid AWS
configuration.
"""

from aws_lambda_powertools import Tracer

tracer = Tracer(patch_modules=["botocore"])
