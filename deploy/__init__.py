"""Getting Todoku ready on a machine. Standard library only: it runs before anything is installed."""
