"""What comes in and goes out, one file per generation of the API."""
