"""IAM, judged: what the functions and AWS's services do, against the synthesized policies."""
