"""The training corpus: passages in an inline format, verified, counted and converted."""
