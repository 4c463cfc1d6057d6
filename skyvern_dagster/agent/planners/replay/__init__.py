"""The planner that repeats what worked before, as long as the page is as it was."""
