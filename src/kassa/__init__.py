"""Kassa: a shop whose orders, money and stock always agree, and can prove it."""
