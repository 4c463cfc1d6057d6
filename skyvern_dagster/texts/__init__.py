"""What can be said of a text without knowing whose it is: markup, encoding, tokens."""
