"""Settings: read once, from the environment and an optional `.env`, into one frozen object.

Nothing else in Kassa reads the environment. Any secret `X` may be given as `X_FILE`, a path to a file that
holds it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values

from kassa.kernel import speech
from kassa.kernel.errors import KassaError
from kassa.kernel.money import exponent

_FILE_LIMIT: Final = 16 * 1024
_NAME_LIMIT: Final = 100
_SECRETS_LIMIT: Final = 2
_SELLER_LINES: Final = 10
_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")


class ConfigError(KassaError):
    """A setting is wrong; the message names the setting and never shows a secret."""

    code = "bad_setting"


def _setting(doc: str, default: Any = "", *, secret: bool = False) -> Any:
    return field(default=default, metadata={"doc": doc, "secret": secret})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting. The environment's name is `KASSA_`, or nothing, before the field's name in capitals."""

    database_url: str = _setting(
        "PostgreSQL 15 or newer, `postgresql://user:password@host/name`. Empty: the embedded one.",
        secret=True,
    )
    env: str = _setting("`development` or `production`.", "development")
    base_url: str = _setting(
        "Where customers reach the shop, without a slash at the end.", "http://127.0.0.1:8000"
    )
    secret_key: str = _setting(
        "Signs links and cookies; at least 32 characters. `kassa up` makes one by itself.", secret=True
    )
    data_dir: str = _setting(
        "Where the embedded database, the sandbox and generated secrets live. Empty: the platform's state folder "
        "(`/var/lib/kassa` for root)."
    )
    hold_seconds: int = _setting("How long stock is held for an order that is not paid yet.", 900)
    currencies: tuple[str, ...] = _setting(
        "Currencies of the shop, comma separated; the first is its own.", ("EUR", "USD")
    )
    detect_currency: str = _setting(
        "`yes`: somebody who has not chosen a currency sees that of the country their browser speaks the language of, "
        "if the shop sells in it. `no`: the shop's own.",
        "no",
    )
    locales: tuple[str, ...] = _setting(
        "Languages of the shop, comma separated; the first is its own, and has no prefix in its addresses.",
        ("en", "de", "fr", "es", "ja"),
    )
    stripe_secret_key: str = _setting(
        "Stripe's secret key, `sk_…`. Empty: `kassa up` starts the sandbox.", secret=True
    )
    stripe_publishable_key: str = _setting("Stripe's publishable key, `pk_…`; it is shown to browsers.")
    stripe_webhook_secret: str = _setting(
        "Signing secret of the webhook endpoint, `whsec_…`; while it is being rolled, the new and the old one, "
        "comma separated.",
        secret=True,
    )
    stripe_api_base: str = _setting("Address of the Stripe API; only for the sandbox.")
    stripe_js_url: str = _setting(
        "Address of Stripe.js; only for the sandbox.", "https://js.stripe.com/endive/stripe.js"
    )
    smtp_url: str = _setting(
        "Mail server, `smtp://user:password@host:587` or `smtps://…`. Empty: mails are kept, see `/_dev/mail`.",
        secret=True,
    )
    name: str = _setting("What the shop is called, on Stripe's payment page too.", "Kassa")
    seller: tuple[str, ...] = _setting(
        "Who sells, as invoices say it, line by line with commas between: name, address, tax number. Empty: the shop's "
        "name, which is too little for an invoice in most countries.",
        (),
    )
    capture: str = _setting(
        "`automatic`: a payment is collected at once. `manual`: it is only authorised, and collected when the goods "
        "are sent.",
        "automatic",
    )
    mail_from: str = _setting("Sender of the shop's mails.", "Kassa <shop@localhost>")

    @classmethod
    def load(cls, env: Mapping[str, str], dotenv: Path | None = None) -> Self:
        """Settings from `env` over the file `dotenv`.

        Raises:
            ConfigError: a value is wrong; the message is one line that names the setting.
        """
        given = {**_dotenv(dotenv), **env}
        values: dict[str, Any] = {}
        for name, spec in cls.__dataclass_fields__.items():
            text = _text(given, variable(name), secret=spec.metadata["secret"])
            if text:
                values[name] = _parse(variable(name), text, spec.default)
        settings = cls(**values)
        settings._check()
        return settings

    @property
    def production(self) -> bool:
        """Whether this is the real shop: no development pages, secure cookies."""
        return self.env == "production"

    @property
    def sandbox(self) -> bool:
        """Whether payments go to the Stripe sandbox and not to Stripe."""
        return bool(self.stripe_api_base)

    def front(self, language: str) -> str:
        """Where the shop begins in a language: its base URL and, unless it is the first one, the prefix."""
        return self.base_url + speech.prefix(language, self.locales)

    @property
    def seller_lines(self) -> tuple[str, ...]:
        """Who sells, for papers: at least a name."""
        return self.seller or (self.name,)

    @property
    def webhook_secrets(self) -> tuple[str, ...]:
        """The secrets that Stripe may sign with now: none, one, or two while one is being rolled."""
        return tuple(secret.strip() for secret in self.stripe_webhook_secret.split(",") if secret.strip())

    def _check(self) -> None:
        if self.env not in ("development", "production"):
            raise ConfigError("KASSA_ENV must be development or production.")
        if not 1 <= self.hold_seconds <= 7 * 86_400:
            raise ConfigError("KASSA_HOLD_SECONDS must be between 1 and 604800.")
        for currency in self.currencies:
            try:
                exponent(currency)
            except KassaError:
                raise ConfigError(f"KASSA_CURRENCIES: {currency[:10]!r} is not an ISO 4217 code.") from None
        for locale in self.locales:
            if not _LOCALE.fullmatch(locale):
                raise ConfigError(f"KASSA_LOCALES: {locale[:20]!r} is not a language such as en or de-AT.")
            if locale == speech.PSEUDO and self.production:
                raise ConfigError(f"KASSA_LOCALES: {speech.PSEUDO} is for development only.")
        if self.detect_currency not in ("yes", "no"):
            raise ConfigError("KASSA_DETECT_CURRENCY must be yes or no.")
        if self.capture not in ("automatic", "manual"):
            raise ConfigError("KASSA_CAPTURE must be automatic or manual.")
        if not (self.name.isprintable() and 1 <= len(self.name) <= _NAME_LIMIT):
            raise ConfigError(f"KASSA_NAME must be 1 to {_NAME_LIMIT} printable characters.")
        if len(self.seller) > _SELLER_LINES or not all(
            line.isprintable() and len(line) <= _NAME_LIMIT for line in self.seller
        ):
            raise ConfigError(
                f"KASSA_SELLER must be at most {_SELLER_LINES} lines of {_NAME_LIMIT} printable characters."
            )
        if len(self.webhook_secrets) > _SECRETS_LIMIT:
            raise ConfigError("STRIPE_WEBHOOK_SECRET holds at most two secrets, comma separated.")
        for name in ("base_url", "stripe_api_base", "stripe_js_url"):
            _check_address(name, getattr(self, name), ("http", "https"))
        _check_address("database_url", self.database_url, ("postgresql", "postgres"), local=True)
        _check_address("smtp_url", self.smtp_url, ("smtp", "smtps"))
        if "@" not in parseaddr(self.mail_from)[1] or not self.mail_from.isprintable():
            raise ConfigError("KASSA_MAIL_FROM must be an e-mail address, with or without a name.")
        if self.production and len(self.secret_key) < 32:
            raise ConfigError("KASSA_SECRET_KEY must have at least 32 characters in production.")


def variable(name: str) -> str:
    """The environment's name of a setting: `hold_seconds` → KASSA_HOLD_SECONDS, `smtp_url` → SMTP_URL."""
    bare = name.startswith(("stripe_", "smtp_", "database_"))
    return name.upper() if bare else f"KASSA_{name.upper()}"


def _check_address(name: str, value: str, schemes: tuple[str, ...], *, local: bool = False) -> None:
    """Refuse what is no address of these schemes; never repeat it, for it may hold a password."""
    if not value:
        return
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError(
            f"{variable(name)} is not a valid address; special characters in a password are written as %XX."
        ) from None
    if parts.scheme not in schemes:
        raise ConfigError(f"{variable(name)} must begin with {' or '.join(f'{s}://' for s in schemes)}")
    if not host and not local:
        raise ConfigError(f"{variable(name)} names no host.")


def _dotenv(path: Path | None) -> dict[str, str]:
    try:
        if path is None or not path.is_file():
            return {}
        return {name: value for name, value in dotenv_values(path).items() if value}
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{path}: can't be read as UTF-8 text.") from None


def _text(given: Mapping[str, str], name: str, *, secret: bool) -> str:
    path = given.get(f"{name}_FILE") if secret else None
    if not path:
        return given.get(name, "").strip()
    try:
        text = Path(path).read_text()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{name}_FILE: the file {path} can't be read.") from None
    if len(text) > _FILE_LIMIT:
        raise ConfigError(f"{name}_FILE: the file {path} is too long for a secret.")
    return text.strip()


def _parse(name: str, text: str, default: object) -> object:
    if isinstance(default, int):
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise ConfigError(f"{name} must be a whole number.")
        return int(text)
    if isinstance(default, tuple):
        parts = tuple(part.strip() for part in text.split(",") if part.strip())
        if not parts:
            raise ConfigError(f"{name} must not be empty.")
        return parts
    return text.rstrip("/") if name.endswith(("BASE_URL", "API_BASE")) else text
