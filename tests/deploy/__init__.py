"""What stands in deploy/, held as far as a machine without Docker and Kubernetes can."""
