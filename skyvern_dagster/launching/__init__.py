"""How Dagster's runs become processes: the run launcher and the fork server behind it."""
