"""The whole program, over HTTP, Socket.IO and UDP, as one process and as many."""
