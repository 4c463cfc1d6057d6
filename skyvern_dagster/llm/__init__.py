"""Language models behind OpenAI-compatible servers: settings, asking, reading answers, costs."""
