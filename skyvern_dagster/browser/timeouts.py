"""How long Playwright waits for one thing, in milliseconds, as it counts."""

QUESTION = 1_000.0
"""For a script of ours to answer about an element that is there: a page that is too busy to answer
in a second is waited for elsewhere (`page_idle`)."""

ACTION = 3_000.0
"""For an element to hold still and take a click, a key or a text. Playwright's own default of
thirty seconds is for tests, which know what they wait for; here a planner looks again instead."""

KEY_DELAY = 15.0
"""Between two keys: a fast typist, so that scripts that listen to keys keep up."""
