"""Web addresses as Chromium reads them, and which of them are of one site."""
