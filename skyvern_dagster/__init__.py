"""skyvern-dagster: web portals as Dagster assets."""
