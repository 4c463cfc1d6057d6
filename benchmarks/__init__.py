"""Programs that measure speed and print a ratio against a named rival."""
