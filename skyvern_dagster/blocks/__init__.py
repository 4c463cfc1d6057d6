"""One file per block type: its fields, its typed output, its ``run``."""
