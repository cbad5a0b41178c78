"""How packets reach the others: relay, plane, ICE, DTLS, feedback and statistics."""
