"""The garments, rules and outfits of the synthetic dataset."""
