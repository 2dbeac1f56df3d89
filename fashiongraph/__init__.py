"""Outfit compatibility as graph learning on PyTorch Geometric.

The rooms, from the top down: ``training``, ``evaluation``, ``metrics``, ``models``, ``nn``,
``features``, ``datasets``, ``data``. Imports flow one way, downwards, and this module imports
none of them: ``import fashiongraph.nn`` costs torch and PyG and nothing else.
"""

__version__ = "0.1.0"
