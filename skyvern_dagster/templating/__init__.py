"""Jinja in definitions: sandboxed, bounded, with the names of the run."""
