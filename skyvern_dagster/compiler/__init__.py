"""From a definition to Dagster: a plan (pure data), then ops, a graph and a job."""
