"""Tests run in two shares: `beside` on all processors at once, then `alone`, each with them for itself."""
