"""Gold, scores and gates: what a run is worth, measured from the gold side."""
