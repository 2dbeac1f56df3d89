"""Negative sampling."""
