"""Where a run's files lie: screenshots, observations, downloads, traces, records."""
