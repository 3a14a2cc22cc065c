"""Many articles in, one run folder out."""

from pipeline.batch.readers import find_files, read_articles
from pipeline.batch.run import RunSummary, folder_digest, run

__all__ = ["RunSummary", "find_files", "folder_digest", "read_articles", "run"]
