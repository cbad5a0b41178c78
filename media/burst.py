"""Copies of one packet for many viewers, sent with one system call (Linux, sendmmsg).

Each copy is protected in a buffer of its own; buffers and the kernel's tables that point at them are made
once per plane. What the kernel does not take at once is left to the caller, who knows what to do with errors.
The structures are declared as glibc and musl lay them out on 64-bit Linux. Elsewhere `Burst.made` is None.
"""

import socket
import struct
import sys
from typing import Any

import cffi

from media.srtp import Buffer, Outbound

COPIES = 32  # 70 kB of buffers; a workshop's viewers in one call
ADDRESS_BYTES = 28  # of sockaddr_in6; sockaddr_in may be padded
IPV4, IPV6 = struct.Struct("=H2s4s20x"), struct.Struct("=H2sI16sI")

_ffi = cffi.FFI()
_ffi.cdef("""
struct iovec { void *iov_base; size_t iov_len; };
struct msghdr {
    void *msg_name; unsigned int msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
    void *msg_control; size_t msg_controllen; int msg_flags;
};
struct mmsghdr { struct msghdr msg_hdr; unsigned int msg_len; };
int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags);
""")


def kernel_address(address: tuple[Any, ...]) -> Any:
    """A numeric socket address as the kernel reads it."""
    host, port, *rest = address
    octets = int(port).to_bytes(2, "big")
    if ":" not in host:
        return _ffi.from_buffer(IPV4.pack(socket.AF_INET, octets, socket.inet_aton(host)))
    flow, scope = rest if rest else (0, 0)
    packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    return _ffi.from_buffer(IPV6.pack(socket.AF_INET6, octets, socket.htonl(flow), packed, scope))


class Burst:
    """Filled with `add`, emptied with `send`; not to be filled beyond COPIES."""

    def __init__(self, send: Any) -> None:
        self._send = send
        buffers = [Buffer() for _ in range(COPIES)]
        self._vectors = _ffi.new("struct iovec[]", COPIES)
        self._messages = _ffi.new("struct mmsghdr[]", COPIES)
        for at, buffer in enumerate(buffers):
            self._vectors[at].iov_base = _ffi.cast("void *", buffer.address)
            self._messages[at].msg_hdr.msg_iov = self._vectors + at
            self._messages[at].msg_hdr.msg_iovlen = 1
            self._messages[at].msg_hdr.msg_namelen = ADDRESS_BYTES
        self._rows = tuple(
            (buffer, self._vectors[at], self._messages[at].msg_hdr) for at, buffer in enumerate(buffers)
        )
        self.copies: list[memoryview] = []

    @classmethod
    def made(cls) -> "Burst | None":
        """One, where the system can."""
        if not sys.platform.startswith("linux") or sys.maxsize < 1 << 32:
            return None
        try:
            return cls(_ffi.dlopen(None).sendmmsg)
        except (AttributeError, OSError):
            return None

    def add(self, outbound: Outbound, header: bytes, payload: bytes, to: Any) -> bool:
        """One copy, for `kernel_address` `to`, which the caller keeps alive; False: libsrtp refuses."""
        buffer, vector, message = self._rows[len(self.copies)]
        copy = outbound.protect(header, payload, buffer)
        if copy is None:
            return False
        message.msg_name = to
        vector.iov_len = len(copy)
        self.copies.append(copy)
        return True

    def send(self, fd: int) -> int:
        """How many of the copies, from the first on, the kernel took. Begin anew with `clear`."""
        return max(0, int(self._send(fd, self._messages, len(self.copies), 0)))

    def clear(self) -> None:
        """Empty it."""
        self.copies.clear()
