"""Callbacks of the sandbox provider: only what a live secret signed, in time, is read."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.ground.http import HttpPeer
from webapp.ports.payment.port import ForgedNotice, StaleNotice, UnreadableNotice, UntrustedNotice
from webapp.ports.payment.sandbox import SandboxPayment
from webapp.sandbox.payment.callbacks import signature

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
STAMP = int(NOW.timestamp())
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "kind": "payment.captured",
    "created_at": "2026-11-21T11:59:58.000Z",
    "account": "acct_sandbox",
    "livemode": False,
    "session": {"id": "ses_1", "reference": "order-é", "attempt_number": 2},
}
BODY = json.dumps(EVENT).encode()
PEER = HttpPeer("http://127.0.0.1:9", allowed_hosts=frozenset({"127.0.0.1"}))
PROVIDER = SandboxPayment(
    PEER, api_key="k", webhook_secrets=("new", "old"), page_origin="http://127.0.0.1:9", account="acct_sandbox"
)


def signed(body: bytes = BODY, secret: str = "new", stamp: int = STAMP) -> dict[str, str]:
    return {"Sandbox-Signature": signature([secret], stamp, body)}


def test_a_signed_notice_says_whom_to_look_up() -> None:
    notice = PROVIDER.read_notice(signed(), BODY, NOW)
    assert (notice.event_id, notice.kind, notice.provider_ref) == ("evt_1", "payment.captured", "ses_1")
    assert (notice.reference, notice.attempt_number) == ("order-é", 2)
    assert notice.created_at == NOW - timedelta(seconds=2)
    assert (notice.account, notice.livemode) == ("acct_sandbox", False)


@pytest.mark.parametrize("secret", ["new", "old"])
def test_both_live_secrets_are_good(secret: str) -> None:
    assert PROVIDER.read_notice(signed(secret=secret), BODY, NOW).event_id == "evt_1"


def test_one_good_mark_among_several_is_enough() -> None:
    both = {"sandbox-signature": signature(["retired", "old"], STAMP, BODY)}
    assert PROVIDER.read_notice(both, BODY, NOW).event_id == "evt_1"


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_five_minutes_on_both_sides_are_tolerated(seconds: int) -> None:
    assert PROVIDER.read_notice(signed(stamp=STAMP + seconds), BODY, NOW).event_id == "evt_1"


@pytest.mark.parametrize("seconds", [-(10**9), -301, 301, 10**9])
def test_stale_and_future_dated_notices_are_refused(seconds: int) -> None:
    with pytest.raises(StaleNotice):
        PROVIDER.read_notice(signed(stamp=STAMP + seconds), BODY, NOW)


def test_a_forged_stale_notice_counts_as_forged() -> None:
    with pytest.raises(ForgedNotice):
        PROVIDER.read_notice(signed(secret="guess", stamp=STAMP - 1000), BODY, NOW)


GOOD = signature(["new"], STAMP, BODY)
MARK = GOOD.partition("v1=")[2]
FORGED: dict[str, dict[str, str]] = {
    "no header": {},
    "empty header": {"Sandbox-Signature": ""},
    "another secret": {"Sandbox-Signature": signature(["guess"], STAMP, BODY)},
    "wrong scheme": {"Sandbox-Signature": GOOD.replace("v1=", "v0=")},
    "no time": {"Sandbox-Signature": f"v1={MARK}"},
    "two times": {"Sandbox-Signature": f"t={STAMP},{GOOD}"},
    "other time": {"Sandbox-Signature": f"t={STAMP + 1},v1={MARK}"},
    "time in other digits": {"Sandbox-Signature": f"t=١٢٣,v1={MARK}"},
    "negative time": {"Sandbox-Signature": f"t=-{STAMP},v1={MARK}"},
    "endless time": {"Sandbox-Signature": f"t={'9' * 400},v1={MARK}"},
    "truncated mark": {"Sandbox-Signature": GOOD[:-1]},
    "upper-case mark": {"Sandbox-Signature": f"t={STAMP},v1={MARK.upper()}"},
    "non-ASCII mark": {"Sandbox-Signature": f"t={STAMP},v1={'é' * 64}"},
    "spaces": {"Sandbox-Signature": GOOD.replace(",", ", ")},
    "line end": {"Sandbox-Signature": GOOD + "\n"},
    "many marks": {"Sandbox-Signature": f"t={STAMP}" + f",v1={'0' * 64}" * 100 + f",v1={MARK}"},
    "sent twice": {"Sandbox-Signature": GOOD, "sandbox-signature": GOOD},
    "bare mark": {"Sandbox-Signature": MARK},
}


@pytest.mark.parametrize("headers", FORGED.values(), ids=FORGED.keys())
def test_a_bad_signature_header_is_forged(headers: dict[str, str]) -> None:
    with pytest.raises(ForgedNotice):
        PROVIDER.read_notice(headers, BODY, NOW)


CHANGED = {
    "truncated": BODY[:-1],
    "extended": BODY + b" ",
    "re-encoded": json.dumps(EVENT, separators=(",", ":")).encode(),
    "unescaped": json.dumps(EVENT, ensure_ascii=False).encode(),
    "reordered": json.dumps(EVENT, sort_keys=True).encode(),
    "empty": b"",
    "byte order mark": b"\xef\xbb\xbf" + BODY,
}


@pytest.mark.parametrize("body", CHANGED.values(), ids=CHANGED.keys())
def test_a_body_that_is_not_byte_for_byte_what_was_signed_is_forged(body: bytes) -> None:
    with pytest.raises(ForgedNotice):
        PROVIDER.read_notice(signed(), body, NOW)


def test_a_body_of_five_megabytes_is_refused_even_when_signed() -> None:
    huge = b" " * (5 * 1024 * 1024)
    with pytest.raises(ForgedNotice):
        PROVIDER.read_notice(signed(huge), huge, NOW)


def but(**changes: Any) -> bytes:
    return json.dumps(EVENT | changes).encode()


UNREADABLE = {
    "not JSON": b"{",
    "not text": b"\xff\xfe\x00",
    "a list": b"[]",
    "null": b"null",
    "a number": b"7",
    "deep": b"[" * 100_000,
    "big number": b'{"id": ' + b"9" * 5000 + b"}",
    "no id": json.dumps({key: EVENT[key] for key in EVENT if key != "id"}).encode(),
    "empty id": but(id=""),
    "id of another type": but(id=7),
    "line break in the kind": but(kind="a\nb"),
    "no session": but(session=None),
    "session is a list": but(session=["ses_1"]),
    "attempt as text": but(session={"id": "s", "reference": "r", "attempt_number": "2"}),
    "attempt as flag": but(session={"id": "s", "reference": "r", "attempt_number": True}),
    "no time zone": but(created_at="2026-11-21T11:59:58"),
    "no time at all": but(created_at="yesterday"),
    "mode as text": but(livemode="false"),
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_signed_body_that_is_no_notice_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableNotice):
        PROVIDER.read_notice(signed(body), body, NOW)


def test_an_unknown_kind_is_still_a_notice() -> None:
    body = but(kind="account.updated")
    assert PROVIDER.read_notice(signed(body), body, NOW).kind == "account.updated"


@given(st.dictionaries(st.sampled_from(["Sandbox-Signature", "X"]), st.text(max_size=200)), st.binary(max_size=200))
def test_whatever_is_sent_only_the_named_errors_come_out(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(UntrustedNotice):
        PROVIDER.read_notice(headers, body, NOW)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(EVENT)), inner, max_size=6),
        max_leaves=12,
    )
)
def test_whatever_is_signed_only_the_named_errors_come_out(value: Any) -> None:
    body = json.dumps(value).encode()
    with pytest.raises(UnreadableNotice):
        PROVIDER.read_notice(signed(body), body, NOW)


@pytest.mark.parametrize("secrets", [(), ("",), ("new", "")])
def test_the_adapter_refuses_to_exist_without_secrets(secrets: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="secret"):
        SandboxPayment(PEER, api_key="k", webhook_secrets=secrets, page_origin="http://127.0.0.1:9")
