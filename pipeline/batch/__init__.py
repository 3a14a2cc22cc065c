"""Many articles in, one run folder out."""

from pipeline.batch.engines import ENGINES, make_engine
from pipeline.batch.fields import FieldNames
from pipeline.batch.items import load
from pipeline.batch.manifest import folder_digest
from pipeline.batch.parts import Counts, Job
from pipeline.batch.progress import Progress, Status, status_of
from pipeline.batch.readers import find_inputs, read_items
from pipeline.batch.run import Outcome, Survey, run, survey

__all__ = [
    "ENGINES",
    "Counts",
    "FieldNames",
    "Job",
    "Outcome",
    "Progress",
    "Status",
    "Survey",
    "find_inputs",
    "folder_digest",
    "load",
    "make_engine",
    "read_items",
    "run",
    "status_of",
    "survey",
]
