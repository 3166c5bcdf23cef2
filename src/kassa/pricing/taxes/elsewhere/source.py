"""A source of taxes that knows what somebody else answered, and asks nobody by itself."""

from dataclasses import dataclass, field
from datetime import date

from kassa.kernel.errors import Unavailable
from kassa.pricing.rounding import Rounding
from kassa.pricing.taxes.source import Answer, Question, TaxRate
from kassa.pricing.taxes.table import TaxTable


class Unanswered(Unavailable):
    """Nobody has been asked this yet: `asking.ask`, outside of any transaction, and price again."""

    code = "busy"

    def __init__(self, question: Question, home: str) -> None:
        super().__init__("The tax on this is being worked out; please try again.")
        self.question = question
        self.home = home


@dataclass(slots=True)
class Elsewhere:
    """The table, and answers by the question's key. `missing` is the last question that had none."""

    table: TaxTable
    answers: dict[str, Answer] = field(default_factory=dict)
    missing: Question | None = None

    @property
    def rounding(self) -> Rounding:
        """The shop's rule, for what the table answers."""
        return self.table.rounding

    @property
    def home(self) -> str:
        """The country of the shop."""
        return self.table.home

    def rate(
        self, country: str, region: str | None, tax_class: str, day: date, *, vat_id: str = ""
    ) -> TaxRate:
        """The table's rate."""
        return self.table.rate(country, region, tax_class, day, vat_id=vat_id)

    def answer(self, question: Question) -> Answer:
        """What was answered, else what the table says."""
        known = self.answers.get(question.key)
        self.missing = None if known is not None else question
        return known or self.table.answer(question)
