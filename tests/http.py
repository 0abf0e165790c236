"""How the tests themselves ask a server on this machine; not how the shop does (`webapp.ground.http`)."""

import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

# Reading the list of certificate authorities takes 40 ms, and every bare `httpx.get` reads it again. Neither cookies
# nor connections are kept: the next test's server may listen on the port of the last one's.
CLIENT = httpx.Client(
    verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    limits=httpx.Limits(max_keepalive_connections=0),
    trust_env=False,
)
