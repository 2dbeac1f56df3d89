"""Garments, styling rules and outfits of the synthetic data set, which are drawn from a seed."""
