"""What an organization keeps on this server: its API keys and its credentials."""
