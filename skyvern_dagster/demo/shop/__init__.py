"""The demo shop: a small web shop for business customers that knows nothing of its visitors."""
