"""Reading and checking tables of items and outfits."""
