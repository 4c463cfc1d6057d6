"""What a workflow definition is: its model, its parameters, loading it and checking it."""
