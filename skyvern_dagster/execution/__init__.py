"""Running blocks, with or without Dagster: the scope of names, one block, a sequence, a loop."""
