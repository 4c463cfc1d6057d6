"""Bodies of requests and answers as models; the run's own answer is in ``skyvern_dagster.runs``."""
