"""What a goal says to go to, to click, to search for and to download, in its own words."""

from __future__ import annotations

import re
from functools import cache

from skyvern_dagster.reading.concepts import concept
from skyvern_dagster.reading.words import fold_in_place

_QUOTED = "[\"'“”„‘«](?P<quoted>[^\"'“”‘’»]{1,80})[\"'“”’»]"


_SPACE = re.compile(r"\s+")


def named_after(verb: str, text: str, longest: int = 60) -> list[str]:
    """What follows a verb (``go``, ``click``, ``search``, ``download``), each time it occurs.

    A quoted name is taken whole; else the words up to the next joint (``and``, ``page``, a stop).
    """
    plain = _SPACE.sub(" ", text.strip())
    names = []
    for match in _pattern(verb, longest).finditer(fold_in_place(plain)):
        group = "quoted" if match["quoted"] is not None else "what"
        names.append(plain[match.start(group) : match.end(group)].strip(" \"'"))
    return [name for name in names if name]


@cache
def _pattern(verb: str, longest: int) -> re.Pattern[str]:
    verbs = concept(f"verb.{verb}").terms.pattern
    article = concept("word.article").terms.pattern
    stops = [concept("word.joint").terms.pattern]
    if verb == "download":
        stops.append(concept("word.relation").terms.pattern)
    stop = "|".join(stops)
    words = rf"(?P<what>[^.,;:\"]{{2,{longest}}}?)(?=\s+(?:{stop})|[.,;:]|$)"
    return re.compile(
        rf"{verbs}\s+(?:{article}\s+)*(?:(?:button|link|tab)\s+)?(?:{_QUOTED}|{words})"
    )
