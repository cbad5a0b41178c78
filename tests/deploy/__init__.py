"""Preparation of a checkout."""
