"""What the catalogue says in other languages than its own.

Tables: `translations`, by the id of a product, a variant or a collection; `word_translations`, for words that many
products share. Invariants: what is not translated is said as it is; a product is found by its titles in every
language. Translated is what is read while a language is spoken that is not the shop's first.
"""

from kassa.catalog.translations.queries import Text
from kassa.catalog.translations.service import cards, load, product_texts, put, shelves, titles, words

__all__ = ["Text", "cards", "load", "product_texts", "put", "shelves", "titles", "words"]
