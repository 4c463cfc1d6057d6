"""Webhooks: signing, one delivery, when to try again, and what is kept of it all."""
