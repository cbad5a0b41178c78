"""Vocabulary every folder shares. Imports no other folder of this project."""
