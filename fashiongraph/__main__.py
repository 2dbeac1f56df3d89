"""``python -m fashiongraph`` runs the command ``fashiongraph``."""

from fashiongraph.cli import main

main()
