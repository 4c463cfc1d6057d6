"""How data was read off a page, so that it can be read again without a model."""
