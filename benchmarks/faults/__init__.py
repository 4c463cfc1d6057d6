"""A fault campaign: what comes of invoice runs in whose middle something is killed, full or away.

``python -m benchmarks.faults --runs 60`` starts the demo's shop, S3 and mail server, and
``skyvern-dagster serve`` as a process of its own, which is started anew when it has ended, as a
service manager does. Each run retrieves a few invoices over REST; at a random moment (``--seed``)
one fault strikes. What ends as failed is resumed with ``skyvern-dagster resume``. Then it is held
against the shop's orders, the bucket's versions and the mailbox: invoices lost, uploaded twice or
mailed twice, and statuses that weren't true or that changed once they were final.
"""
