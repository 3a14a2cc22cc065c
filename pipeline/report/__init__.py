"""A finished run as one HTML file that opens offline."""

from pipeline.report.overview import scores
from pipeline.report.page import REPORT_NAME, Options, Outcome, check_packages, write

__all__ = ["REPORT_NAME", "Options", "Outcome", "check_packages", "scores", "write"]
