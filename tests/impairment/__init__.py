"""A bad network on loopback: delay, jitter, loss in bursts, reordering, a narrow link, silence, a NAT.

What happens to a datagram is decided in link.py, purely and from a seed; proxy.py moves the datagrams.
"""
