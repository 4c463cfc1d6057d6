"""The embedded default: a shop with orders and PDF invoices, an S3 server and a mail server.

Everything runs on loopback in threads of this process. The door is
:func:`skyvern_dagster.demo.services.demo_services`; importing this package loads none of it.
"""
