"""Finding products: what a list, a filter, the search box and its corrections read.

Tables: `listings`, `listing_words`, `listing_prices`, `facet_values`, all derived: `index_products` in the
database writes them when a product is put in, a trigger counts variants that sell out or come back.
Invariants: every product has one listing; `in_stock` is how many of its active variants can be bought now.
"""
