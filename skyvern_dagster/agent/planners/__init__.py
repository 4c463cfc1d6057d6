"""The planners: each turns a look at the page into decisions."""
