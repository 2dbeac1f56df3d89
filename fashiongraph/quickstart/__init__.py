"""The main job from end to end on a synthetic dataset, with a report."""

from fashiongraph.quickstart.findings import Findings
from fashiongraph.quickstart.run import run_quickstart
from fashiongraph.quickstart.settings import Settings

__all__ = classes = ["Findings", "Settings", "run_quickstart"]
