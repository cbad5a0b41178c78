"""How a browser enters a call: protocol, participant state table, waiting room, placement, gateway."""
