"""Pages of the web: fetched with bounds on time, size and redirects, and decoded."""

from __future__ import annotations

import codecs
import re
import ssl
import time
from importlib.metadata import version
from types import TracebackType
from urllib.parse import urlsplit

import httpx

from huitong.engine.connectors.failures import bad_format, bad_location, interrupted, timed_out, unreachable
from huitong.engine.declarations.sources import Source
from huitong.foundation.errors import HuitongError, Terminal, Transient

MOST_BYTES = 32 << 20
"""Bytes that one page may have, unpacked."""
PATIENCE = 10
"""A page that comes in drops is given up after this many times ``source.timeout``."""
AGENT = f"Huitong/{version('huitong')} (data collection of a public authority)"
_REDIRECTS = 5
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_META_WITHIN = 4_096
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030"}


class Fetcher:
    """Fetches pages for one source. Reads no proxy or other setting from the environment."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._client = httpx.Client(
            timeout=httpx.Timeout(source.timeout),
            headers={"User-Agent": AGENT, "Accept": "text/html,application/xhtml+xml;q=0.9"},
            follow_redirects=True,
            max_redirects=_REDIRECTS,
            trust_env=False,
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, address: str) -> tuple[str, str]:
        """Fetch one page.

        Returns:
            Its address after redirects, and its text.

        Raises:
            Transient: ``source.timeout``, ``source.unreachable``, ``source.interrupted``, ``source.http_busy``.
            Terminal: ``source.http_status``, ``source.too_many_bytes``, ``source.bad_format``,
                ``source.bad_location``, ``source.encoding_unknown``, ``source.empty``, ``source.tls_failed``.
        """
        check_address(self._source, address)
        try:
            with self._client.stream("GET", address) as response:
                self._check(response)
                body = self._body(response)
                return str(response.url), self._text(response, body)
        except httpx.HTTPError as error:
            raise self._translated(error) from error
        except httpx.InvalidURL as error:
            raise bad_location(self._source, str(error)) from error

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        about = {"source": self._source.code, "status": status, "page": _shown(response.url)}
        if status in _PASSING:
            raise Transient("source.http_busy", **about)
        if not response.is_success:
            raise Terminal("source.http_status", **about)
        kind = response.headers.get("content-type", "text/html").partition(";")[0].strip().lower()
        if not (kind.startswith("text/") or kind.endswith(("html", "xml"))):
            raise bad_format(self._source, _shown(response.url), kind)

    def _body(self, response: httpx.Response) -> bytes:
        body = bytearray()
        deadline = time.monotonic() + PATIENCE * self._source.timeout
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MOST_BYTES:
                limit = f"{MOST_BYTES >> 20} MiB"
                raise Terminal(
                    "source.too_many_bytes", source=self._source.code, object=_shown(response.url), limit=limit
                )
            if time.monotonic() > deadline:
                raise timed_out(self._source)
        if not body.strip():
            raise Terminal("source.empty", source=self._source.code, object=_shown(response.url))
        return bytes(body)

    def _text(self, response: httpx.Response, body: bytes) -> str:
        """Decode by byte order mark, the source's declaration, the header, the page's own, then UTF-8 and GB18030."""
        mark = next((name for mark, name in _MARKS if body.startswith(mark)), "")
        meta = _META_CHARSET.search(body, 0, _META_WITHIN)
        declared = meta[1].decode("ascii") if meta else ""
        names = (mark, self._source.encoding, response.charset_encoding or "", declared, "utf-8", "gb18030")
        for name in filter(None, names):
            try:
                return body.decode(_WIDER.get(name.lower(), name))
            except (LookupError, UnicodeDecodeError):
                continue
        raise Terminal("source.encoding_unknown", source=self._source.code, object=_shown(response.url))

    def _translated(self, error: httpx.HTTPError) -> HuitongError:
        if isinstance(error, httpx.TimeoutException):
            return timed_out(self._source)
        if isinstance(error, httpx.UnsupportedProtocol | httpx.TooManyRedirects | httpx.LocalProtocolError):
            return bad_location(self._source, str(error))
        if isinstance(error, httpx.DecodingError):
            return bad_format(self._source, self._source.location, error)
        if isinstance(error, httpx.ReadError | httpx.RemoteProtocolError):
            return interrupted(self._source, _shown(httpx.URL(self._source.location)), error)
        if isinstance(error.__cause__, ssl.SSLError) or "CERTIFICATE" in str(error):
            return Terminal("source.tls_failed", source=self._source.code, reason=str(error))
        return unreachable(self._source, error)


def check_address(source: Source, address: str) -> None:
    """Raise ``source.bad_location`` unless ``address`` is a whole http or https address."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise bad_location(source, "http:// / https://")


def _shown(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.host}{url.path}"
