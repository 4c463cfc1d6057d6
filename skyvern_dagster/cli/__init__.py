"""The command line: ``skyvern-dagster``."""
