"""The endpoints, one file per thing."""
