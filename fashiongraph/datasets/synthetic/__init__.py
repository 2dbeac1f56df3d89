"""The garments, rules and outfits of the synthetic wardrobe."""
