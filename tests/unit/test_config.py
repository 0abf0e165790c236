"""The settings: what starts, what is refused, and that nothing secret is ever said."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from webapp.ground.config import Settings, SettingsRefused, load_settings, settings_table

KEY = "k3y-Of_Enough#Signs.To/Be+Accepted:1"
LIVE: dict[str, Any] = {
    "mode": "production",
    "secret_keys": KEY,
    "vault_keys": Fernet.generate_key().decode(),
    "public_url": "https://shop.test/",
    "payment_provider": "stripe",
    "pongo_base_url": "https://api.heypongo.com/v1",
}
TWILIO: dict[str, Any] = {
    "sms_provider": "twilio",
    "sms_url": "https://api.twilio.com",
    "sms_account": "AC1",
    "sms_sender": "Shop",
    "sms_api_key": KEY,
}
SMTP: dict[str, Any] = {
    "mail_provider": "smtp",
    "mail_url": "smtps://mail.shop.test",
    "mail_sender": "Shop <desk@shop.test>",
}
DEMO: dict[str, Any] = LIVE | {
    "mode": "demo",
    "public_url": "http://127.0.0.1:8000",
    "payment_provider": "sandbox",
    "sandbox_payment_api_key": KEY,
    "sandbox_payment_webhook_secrets": KEY,
    "pongo_base_url": "http://127.0.0.1:8001/v1",
    "sms_provider": "sandbox",
}


def test_complete_production_settings_start() -> None:
    settings = load_settings(**LIVE)
    assert settings.secure_cookies
    assert settings.public_url == "https://shop.test"


def test_mail_leaves_by_a_mail_server_in_production() -> None:
    assert load_settings(**LIVE, **SMTP).mail_url == "smtps://mail.shop.test"


def test_complete_demo_settings_start_with_everything_pretended() -> None:
    assert load_settings(**DEMO).mode == "demo"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"secret_keys": ""}, "SECRET_KEYS is missing"),
        ({"secret_keys": "short"}, "shorter than 32"),
        ({"secret_keys": "a" * 64}, "easily guessed"),
        ({"secret_keys": "please-change-me-before-going-live-1234"}, "easily guessed"),
        ({"secret_keys": f"{KEY},short"}, "key 2 is shorter"),
        ({"vault_keys": []}, "VAULT_KEYS is missing"),
        ({"vault_keys": "not a fernet key"}, "not a Fernet key"),
        ({"vault_keys": "A" * 43 + "="}, "easily guessed"),
        ({"debug": True}, "DEBUG"),
        ({"public_url": "http://shop.test"}, "must start with https://"),
        (SMTP | {"mail_url": "smtp://mail.shop.test"}, "MAIL_URL is not encrypted"),
        (SMTP | {"mail_url": "https://mail.shop.test"}, "MAIL_URL is not smtps://"),
        (SMTP | {"mail_sender": "Shop"}, "MAIL_SENDER is not an address"),
        (SMTP | {"mail_user": "shop"}, "MAIL_API_KEY is missing"),
        ({"public_url": "shop.test"}, "not an http or https address"),
        ({"payment_provider": "sandbox"}, "PAYMENT_PROVIDER is `sandbox`"),
        ({"sms_provider": "sandbox"}, "SMS_PROVIDER is `sandbox`"),
        (TWILIO | {"sms_url": "http://api.twilio.test"}, "SMS_URL must start with https://"),
        (TWILIO | {"sms_account": ""}, "SMS_ACCOUNT is missing"),
        (TWILIO | {"sms_sender": ""}, "SMS_SENDER is missing"),
        (TWILIO | {"sms_api_key": ""}, "SMS_API_KEY is missing"),
        (TWILIO | {"sms_countries": "France"}, "SMS_COUNTRIES"),
        ({"pongo_base_url": "https://sandbox-api.heypongo.com/v1"}, "PONGO_BASE_URL is a sandbox"),
        ({"pongo_base_url": "http://127.0.0.1:8001/v1"}, "PONGO_BASE_URL is a sandbox"),
        ({"web_workers": 0}, "WEB_WORKERS"),
        ({"mode": "playing"}, "MODE"),
    ],
)
def test_production_refuses(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings(**LIVE | change)
    assert any(reason in sentence for sentence in refused.value.reasons)


def test_flask_debug_in_the_environment_counts_as_debug() -> None:
    with pytest.raises(SettingsRefused, match="debug mode"):
        load_settings(**LIVE, FLASK_DEBUG="1")


def test_every_reason_is_told_at_once() -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings(**LIVE | {"secret_keys": "", "vault_keys": "", "public_url": "http://shop.test"})
    assert len(refused.value.reasons) == 3


@pytest.mark.parametrize("field", ["secret_keys", "vault_keys", "web_workers", "log_level", "sms_provider"])
def test_a_refusal_never_repeats_the_value(field: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        load_settings(**LIVE | {field: "[canary-value"})
    assert "canary" not in str(refused.value)


def test_keys_are_read_from_commas_and_from_json_newest_first() -> None:
    second = KEY[::-1]
    for written in (f"{KEY}, {second}", f'["{KEY}", "{second}"]', [KEY, second]):
        assert load_settings(**LIVE | {"secret_keys": written}).secrets_of("secret_keys") == [KEY, second]


def test_at_most_two_callback_secrets_are_live() -> None:
    with pytest.raises(SettingsRefused, match="at most two"):
        load_settings(**DEMO | {"sandbox_payment_webhook_secrets": [KEY, KEY + "2", KEY + "3"]})


def test_only_configured_servers_may_be_called() -> None:
    programmes = {"api.heypongo.com", "api.gonnaorder.com", "admin.gonnaorder.com", "api.spoonity.com"}
    programmes |= {"api-public-playground.menu.app"}
    assert load_settings(**LIVE).allowed_hosts == programmes | {"api.stripe.com"}
    assert load_settings(**LIVE | TWILIO).allowed_hosts == programmes | {"api.stripe.com", "api.twilio.com"}
    here = load_settings(**DEMO).allowed_hosts - programmes
    assert here == {"127.0.0.1:8001", "127.0.0.1:8002", "127.0.0.1:8003"}


def test_the_database_stands_in_the_data_directory_unless_told_otherwise(tmp_path: Path) -> None:
    assert load_settings(**LIVE, data_dir=tmp_path).database_url == f"sqlite:///{tmp_path}/passe-plat.db"


def test_printing_the_settings_shows_no_secret() -> None:
    shown = repr(load_settings(**DEMO | {"database_url": "postgresql://shop:canary@db/shop"}))
    assert KEY not in shown
    assert "canary" not in shown


def test_every_setting_has_a_meaning_in_the_table() -> None:
    table = settings_table()
    for name, field in Settings.model_fields.items():
        assert field.description
        assert f"`PASSE_PLAT_{name.upper()}`" in table
