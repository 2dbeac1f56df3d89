"""Calibrated scores, explanations, stand-ins and whole outfits from a catalogue."""

from fashiongraph.data.conditions import Condition, allowed_items
from fashiongraph.stylist.answer import Answer, Panel
from fashiongraph.stylist.diversity import diverse
from fashiongraph.stylist.shapley import shapley_values
from fashiongraph.stylist.stylist import Stylist

__all__ = ["Answer", "Condition", "Panel", "Stylist", "allowed_items", "diverse", "shapley_values"]
