"""Training and evaluation from end to end on a synthetic data set, with an HTML report."""

from fashiongraph.quickstart.findings import Findings
from fashiongraph.quickstart.run import run_quickstart
from fashiongraph.quickstart.settings import Settings

__all__ = ["Findings", "Settings", "run_quickstart"]
