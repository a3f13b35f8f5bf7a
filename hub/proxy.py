"""The proxy of the package `configurable-http-proxy`, with what JupyterLab's kernels need of it besides.

Version 0.4 of it speaks the oldest form of the kernels' messages only; without these two Chromium closes the
connection to a kernel, and no cell can be run.
"""

from configurable_http_proxy import configproxy
from configurable_http_proxy.cli import main
from configurable_http_proxy.handlers import ProxyHandler


class KernelProxyHandler(ProxyHandler):
    """Passes on which form of messages was agreed, and binary messages as binary ones."""

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        """Answer the browser with the form that the server behind has chosen."""
        return self.ws_client.selected_subprotocol if self.ws_client else None

    def on_message(self, message: str | bytes) -> None:
        """Pass a message of the browser on."""
        if self.ws_client and self.target:
            self.proxy.update_last_activity(self.target["prefix"])
            self.ws_client.write_message(message, binary=isinstance(message, bytes))


if __name__ == "__main__":
    configproxy.ProxyHandler = KernelProxyHandler
    main()
