"""The bundle for people without the CDK: one CloudFormation template, the functions' archives, and a README."""
