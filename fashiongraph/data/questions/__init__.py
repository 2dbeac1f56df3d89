"""Stored questions: FITB and compatibility."""
