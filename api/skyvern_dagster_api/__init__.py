"""The REST shim: Skyvern's documented API, answered by Dagster."""
