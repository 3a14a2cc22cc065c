"""Entities → triples: which pairs to judge, what is stated of them, with which status and
qualifiers."""

from pipeline.relations.candidates import Candidate, Judgement, PairClassifier, propose
from pipeline.relations.judge import ModelClassifier
from pipeline.relations.rules import RuleClassifier
from pipeline.relations.statements import relate

__all__ = [
    "Candidate",
    "Judgement",
    "ModelClassifier",
    "PairClassifier",
    "RuleClassifier",
    "propose",
    "relate",
]
