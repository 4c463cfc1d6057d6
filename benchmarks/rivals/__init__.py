"""The same pages, looked at by this project and by others, in the same run."""
