"""Small shops and portals, each built differently, that an agent has never seen."""
