"""Secrets as references, the sources of their values, and keeping the values out of everything."""
