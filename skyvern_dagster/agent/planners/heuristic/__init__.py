"""The planner that needs no language model: rules, word lists and scores."""

from skyvern_dagster.agent.planners.heuristic.planner import HeuristicPlanner

__all__ = ["HeuristicPlanner"]
