"""What links the words of a goal in one language says something in another."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.reading.acts import links_of
from skyvern_dagster.reading.concepts import word_list
from skyvern_dagster.reading.words import words

_GOALS = {
    "en": "Book a table for two guests in the name of Jane Roe on the terrace",
    "de": "Buche einen Tisch für zwei Gäste auf den Namen Jane Roe mit der Terrasse",
    "fr": "Réserve une table pour deux personnes dans la salle avec le nom de Jane Roe",
    "es": "Reserva una mesa para dos personas en el salón con el nombre de Jane Roe",
    "it": "Prenota un tavolo per due persone nella sala con il nome di Jane Roe",
    "nl": "Boek een tafel voor twee personen op de naam van Jane Roe met het terras",
    "pt": "Marca uma mesa para duas pessoas na sala com o nome da Jane Roe",
    "pl": "Zarezerwuj stolik dla dwóch osób na nazwisko Jane Roe w restauracji i na tarasie",
}
_OTHERS = {"en": "die", "de": "as", "fr": "o", "es": "an", "it": "the", "nl": "o", "pt": "y"}


@pytest.mark.parametrize("lang", sorted(_GOALS))
def test_a_goal_has_the_links_of_its_language(lang: str) -> None:
    own = set(word_list("requests")["links"][lang])
    assert links_of(_GOALS[lang]) == own


@pytest.mark.parametrize(("lang", "word"), sorted(_OTHERS.items()))
def test_another_languages_link_says_something(lang: str, word: str) -> None:
    assert word not in links_of(f"{_GOALS[lang]} {word}")


@given(st.sampled_from(sorted(_GOALS)), st.randoms())
def test_the_order_of_words_is_no_matter(lang: str, random: object) -> None:
    told = list(words(_GOALS[lang]))
    random.shuffle(told)  # type: ignore[attr-defined]
    assert links_of(" ".join(told)) == links_of(_GOALS[lang])


def test_what_denies_links_nothing() -> None:
    linking = {word for listed in word_list("requests")["links"].values() for word in listed}
    assert not linking & set(word_list("negations"))
