"""Reading published outfits in blocks, so that a file of any size takes bounded memory."""
