"""``python -m fashiongraph`` is ``fashiongraph``."""

from fashiongraph.cli import main

main()
