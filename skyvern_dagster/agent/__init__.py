"""The agent: observe, plan, act, until the goal is reached or can't be."""
