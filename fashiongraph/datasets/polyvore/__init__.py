"""Reading the files in which outfits of polyvore.com were published."""
