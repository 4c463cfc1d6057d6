"""The process that we are in: its identity, its clock, its home folder, and asking it to end."""
