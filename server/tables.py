"""Imports every folder's tables, so that `core.database.metadata` is whole. Nothing else."""

import importlib

for _folder in ("core", "accounts", "scheduler", "chat", "care", "signaling"):
    importlib.import_module(f"{_folder}.tables")
