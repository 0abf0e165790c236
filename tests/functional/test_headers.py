"""What travels around every page: cookies, policies, caches and hosts; and that no page is ever somebody else's."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.functional.town import HOME
from tests.shop import MERCHANT, STORE, Browser, Shop, Watched, open_shop

STORES = f"/r/{MERCHANT}/"
EVIL = "evil.example"
PAGES = ("/", STORES, HOME, f"{HOME}d/DES-FAR", f"{HOME}basket", f"{HOME}slot", f"{HOME}identify", f"{HOME}loyalty",
         f"{HOME}checkout", f"{STORES}brand.css", "/healthz", "/readyz", "/metrics", "/nowhere", "/o/x", "/pay/x",
         f"{HOME}?mode=collect", HOME.rstrip("/"), "/static/nothing.css", "/callbacks/payment/sandbox")  # fmt: skip


@pytest.fixture
def behind_https(watched: Watched, shared_data: Path) -> Shop:
    return open_shop(watched, shared_data, public_url="https://shop.example")


def filled(shop: Shop, quantity: str) -> Browser:
    browser = shop.browser()
    browser.get(f"{HOME}d/DES-FAR")
    browser.submit(quantity=quantity)
    return browser


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(shop: Shop) -> None:
    given = shop.browser().raw("/").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(given.split("; "))
    assert "Domain" not in given


def test_over_https_the_cookie_belongs_to_this_very_host(behind_https: Shop) -> None:
    answer = behind_https.browser().raw("/")
    given = answer.headers["Set-Cookie"]
    assert given.startswith("__Host-passe=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(given.split("; "))
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_every_answer_carries_the_policy_and_nothing_of_one_browser_may_be_kept(shop: Shop) -> None:
    browser = filled(shop, "2")
    for path in PAGES:
        answer = browser.raw(path)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        kept = answer.headers["Cache-Control"]
        assert "public" not in kept or path.endswith("brand.css"), path
        assert kept.startswith(("private, no-", "public")), path
        assert "public" not in kept or "Set-Cookie" not in answer.headers
        if "csrf_token" in answer.text:
            assert kept.startswith("private"), path


def test_a_static_file_opened_by_itself_runs_nothing(shop: Shop) -> None:
    page = shop.browser().get(HOME)
    pictures = [one.attributes["src"] for one in page.root.all("img")]
    for path in (pictures[0], page.root.first("script").attributes["src"]):
        answer = shop.browser().raw(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Security-Policy"].endswith("; sandbox")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", [HOME.rstrip("/"), STORES.rstrip("/"), f"/r//{EVIL}//x", f"/r//{EVIL}"])
def test_no_redirect_and_no_page_follows_the_host_a_request_names(shop: Shop, path: str) -> None:
    for headers in ({"Host": EVIL}, {"X-Forwarded-Host": EVIL}, {"Host": f"{EVIL}:80/@x"}, {"Host": ""}):
        answer = shop.browser().raw(path, headers=headers)
        assert answer.status_code in {308, 404}
        location = answer.headers.get("Location", "/")
        assert re.match(r"/(?![/\\])", location), location
        assert f"//{EVIL}" not in answer.text
    for page in (HOME, "/", f"{HOME}basket", "/nowhere"):
        assert EVIL not in shop.browser().raw(page, headers={"Host": EVIL}).text


@pytest.mark.parametrize(
    "wanted",
    [f"https://{EVIL}", f"//{EVIL}", f"/\\{EVIL}", f"\\/{EVIL}", f"/\t/{EVIL}", "/\r\nSet-Cookie: a=b",
     "/" + "a" * 9000,
     "javascript:alert(1)", f"http:{EVIL}", f"/\u2028/{EVIL}", " /x", f"https:/{EVIL}", f"///{EVIL}"],
)  # fmt: skip
def test_next_leads_nowhere_else(shop: Shop, wanted: str) -> None:
    browser = shop.browser()
    token = browser.get("/").token
    answer = browser.raw("/language/fr", "POST", data={"csrf_token": token, "next": [wanted, f"//{EVIL}"]})
    assert answer.headers["Location"] == "/"
    assert "a=b" not in str(answer.headers)


def test_a_kept_page_is_never_somebody_elses(shop: Shop) -> None:
    browsers = [filled(shop, str(count)) for count in range(1, 9)]
    nobody = shop.browser()
    tags: list[set[str]] = []
    for encoding in ("gzip", "identity"):
        seen = [one.raw(HOME, headers={"Accept-Encoding": encoding}) for one in (*browsers, nobody) for _ in range(2)]
        tags.append({answer.headers["ETag"] for answer in seen})
        assert all({"Cookie", "Accept-Language"} <= set(answer.headers["Vary"].split(", ")) for answer in seen)
    assert [len(one) for one in tags] == [9, 9]
    assert not tags[0] & tags[1]
    for tag in tags[0]:
        held = [one.raw(HOME, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"}) for one in browsers]
        assert sum(answer.status_code == 304 for answer in held) <= 1


def test_many_at_once_each_see_their_own(shop: Shop) -> None:
    browsers = [filled(shop, str(count)) for count in range(1, 9)]
    secrets = {id(one): one.get(HOME).token.split(".")[0] for one in browsers}
    cookies = {id(one): one.client.get_cookie("passe") for one in browsers}
    assert len(set(secrets.values())) == 8

    def look(turn: int) -> bool:
        place = turn % len(browsers)
        cookie = cookies[id(browsers[place])]
        sent = {"Cookie": f"passe={cookie.value if cookie else ''}", "Accept-Language": ("en", "fr")[turn % 2]}
        client = shop.app.test_client(use_cookies=False)
        text = client.get(HOME, headers=sent).text
        mine = secrets[id(browsers[place])] in text
        items = f'basket-count" aria-hidden="true">{place + 1}<' in text
        return mine and items and f'<html lang="{("en", "fr")[turn % 2]}">' in text

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(look, range(160)))


@pytest.mark.parametrize(
    "cookie",
    ["passe=", "passe=x", "passe=x.y.z", "passe=\0", "passe=" + "a" * 7000, 'passe="', "passe=a; passe=b", "=;=;",
     "\xff",
     "passe=eyJiIjoiMSJ9.aaaaaa.bbbb", "x" * 7000],
)  # fmt: skip
def test_a_forged_cookie_is_a_new_browser(shop: Shop, cookie: str) -> None:
    filled(shop, "7")
    for path in (HOME, f"{HOME}basket", "/"):
        answer = shop.app.test_client(use_cookies=False).get(path, headers={"Cookie": cookie})
        assert answer.status_code == 200
        assert "basket-count" not in answer.text


def test_no_header_of_a_request_breaks_a_page(shop: Shop) -> None:
    browser = filled(shop, "1")
    for value in (
        "",
        "\xff",
        ",,,;q=",
        "fr;q=nan",
        "*;q=9e999",
        "x" * 5000,
        "fr-" * 1000,
        "en;q=-1",
        "\x01",
        "gzip;q=x",
    ):
        names = ("Accept-Language", "Accept-Encoding", "Accept", "If-None-Match", "If-Modified-Since", "Range",
                 "Referer",
                 "Content-Type", "X-Fragment", "User-Agent", "X-HTTP-Method-Override", "Content-Length")  # fmt: skip
        for name in names:
            assert browser.raw(HOME, headers={name: value}).status_code in {200, 304}, (name, value)
            assert browser.raw(f"/r/{MERCHANT}/{STORE}/basket", headers={name: value}).status_code == 200, (name, value)
