"""Settings: read once; a wrong one is named, and a secret never shown."""

import pytest

from kassa.config import ConfigError, Settings, variable


def test_without_anything_set_the_shop_is_one_for_development():
    settings = Settings.load({})

    assert settings.env == "development"
    assert not settings.production
    assert settings.hold_seconds == 900
    assert settings.currencies == ("EUR", "USD")


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / ".env"
    file.write_text("KASSA_HOLD_SECONDS=60\nKASSA_CURRENCIES=JPY, KWD\n")

    settings = Settings.load({"KASSA_HOLD_SECONDS": "5"}, file)

    assert settings.hold_seconds == 5
    assert settings.currencies == ("JPY", "KWD")


@pytest.mark.parametrize(
    "name", [n for n, f in Settings.__dataclass_fields__.items() if f.metadata["secret"]]
)
def test_every_secret_may_come_from_a_file(tmp_path, name):
    value = {"database_url": "postgresql://u:p@h/d", "smtp_url": "smtp://u:p@h:587"}.get(name, "s" * 40)
    (tmp_path / "secret").write_text(f"{value}\n")

    assert getattr(Settings.load({f"{variable(name)}_FILE": str(tmp_path / "secret")}), name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KASSA_HOLD_SECONDS", "soon"),
        ("KASSA_HOLD_SECONDS", "0"),
        ("KASSA_HOLD_SECONDS", "9" * 30),
        ("KASSA_HOLD_SECONDS", "-5"),
        ("KASSA_CURRENCIES", "EUR,XQX"),
        ("KASSA_CURRENCIES", ","),
        ("KASSA_ENV", "staging"),
        ("KASSA_BASE_URL", "shop.example.org"),
        ("DATABASE_URL", "mysql://hidden-password@host"),
        ("STRIPE_SECRET_KEY_FILE", "/nowhere/hidden"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_setting(name, value):
    with pytest.raises(ConfigError) as refused:
        Settings.load({name: value})

    assert name in refused.value.detail
    assert "\n" not in refused.value.detail
    assert "hidden-password" not in refused.value.detail


def test_the_real_shop_needs_a_real_key():
    with pytest.raises(ConfigError, match="KASSA_SECRET_KEY"):
        Settings.load({"KASSA_ENV": "production", "KASSA_SECRET_KEY": "short"})
