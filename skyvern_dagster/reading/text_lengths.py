"""How long a text of a page may be to be of a kind, in characters.

They keep long texts, which mention everything, from being taken for short ones, which name one
thing. None is a finding: each leaves room above the longest that pages of the tests have. What is
about one place only, such as a pager, stands there.
"""

MENU_WORD = 30
"""An entry of a menu or of a drop-down: two or three words."""
FIELD_NAME = 40
"""What a field is called: four or five words. A value that comes with it is longer."""
LABEL = 60
"""A label beside a field or a greeting: a short question fits, a paragraph of help doesn't. 40 and
90 do as well on the page tests."""
LINE = 80
"""A line: a link's words, or what a list says of itself ("Showing 1 to 10 of 23 orders")."""
SENTENCES = 200
"""Two sentences: what a page says where something is missing or went wrong."""
MESSAGE = 250
"""Three sentences: a message with what to do. What is longer is the page's own text."""
PARAGRAPH = 400
"""Five sentences; what is longer is a part of the page with everything in it."""
