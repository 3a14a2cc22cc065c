"""Extractions → validated records → JSONL."""

from pipeline.triples.records import article_record, reject_record, triple_id, triple_records
from pipeline.triples.validation import validate

__all__ = ["article_record", "reject_record", "triple_id", "triple_records", "validate"]
