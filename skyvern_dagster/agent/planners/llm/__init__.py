"""The planner with a language model: prompts out, decisions in, everything else checked here."""
