"""What a deployment keeps beside its runs: workflows and schedules that came over REST."""
