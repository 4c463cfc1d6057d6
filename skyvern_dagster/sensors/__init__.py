"""Dagster sensors: portals, inboxes, request files, and webhooks that are still to be delivered."""
