"""The shop as one object: what every edge and every job needs."""

from dataclasses import dataclass

from kassa.config import Settings
from kassa.kernel.clock import Clock
from kassa.kernel.db import Database
from kassa.mail import Mailer
from kassa.stripe import Gateway


@dataclass(frozen=True, slots=True)
class Shop:
    """Settings, database, provider, mailer and clock; built in `kassa.app`, found at `app.state.shop`."""

    settings: Settings
    db: Database
    gateway: Gateway
    mailer: Mailer
    clock: Clock
