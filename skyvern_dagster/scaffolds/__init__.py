"""What `dg scaffold` writes for the component."""
