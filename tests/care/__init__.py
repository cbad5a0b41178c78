"""Tests of care: the exercise library."""
