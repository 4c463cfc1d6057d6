"""Dagster resources: the browser, the planner, the artifact store, S3, mail, secrets."""
