"""A bad network for one page of the real client: its offers are sent through a proxy that the test holds.

The page asks, before each offer is applied, by which port it reaches the relay; the client itself needs no
hook. TCP candidates are left out of offers that name UDP, as where a firewall is in the way of TCP.
"""

from contextlib import AsyncExitStack

from playwright.async_api import Page

from tests.impairment.proxy import Address, Proxy

ASKS = """(() => {
  const apply = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = async function (description) {
    const rows = description.sdp.split('\\r\\n');
    const is = (row, protocol) => row.startsWith('a=candidate:') && row.split(' ')[2] === protocol;
    const passing = [];
    for (const row of rows) {
      const words = row.split(' ');
      if (is(row, 'udp')) words[5] = await window.udpPortOfTest(Number(words[5]));
      if (is(row, 'tcp') && rows.some((other) => is(other, 'udp'))) continue;
      if (is(row, 'tcp') && !(await window.tcpPassesOfTest())) words[5] = '9';
      passing.push(words.join(' '));
    }
    return apply.call(this, {type: description.type, sdp: passing.join('\\r\\n')});
  };
})()"""


class MediaFilter(Proxy):
    """A middlebox that, while `swallows`, lets connectivity checks pass and no media towards the server."""

    swallows = False

    def _from_client(self, data: bytes, client: Address) -> None:
        if not (self.swallows and 128 <= data[0] <= 191):
            super()._from_client(data, client)


class Network:
    """What stands between one page and the relay."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._proxies: dict[int, MediaFilter] = {}
        self.tcp_passes = True

    async def surround(self, page: Page) -> None:
        """Before the page's first script."""
        await page.expose_function("udpPortOfTest", self._port)
        await page.expose_function("tcpPassesOfTest", lambda: self.tcp_passes)
        await page.add_init_script(ASKS)

    def swallow(self, *, media: bool) -> None:
        """Whether media towards the relay gets lost from now on."""
        for proxy in self._proxies.values():
            proxy.swallows = media

    def _port(self, relay_port: int) -> int:
        if relay_port not in self._proxies:
            self._proxies[relay_port] = MediaFilter(relay_port, seed=1)
            self._stack.callback(self._proxies[relay_port].close)
        return self._proxies[relay_port].port
