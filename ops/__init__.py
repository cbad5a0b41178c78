"""Live rooms for staff: what goes on, never what is said."""
