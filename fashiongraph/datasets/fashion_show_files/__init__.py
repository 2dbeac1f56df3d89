"""Tables and pictures of fashion shows."""
