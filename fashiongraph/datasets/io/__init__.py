"""Shared readers and writers of data set files."""
