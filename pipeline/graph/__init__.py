"""Triples of a run as a graph: merged over articles, and written in the formats of graph tools."""
