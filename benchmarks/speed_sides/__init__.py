"""What the benchmark of speed times: made-up outfits, sides, and rows of its table."""
