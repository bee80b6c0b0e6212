"""What the stories of a sample company consist of. Plain Python, no database."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    category: str  # name of a shipped category
    level: int  # rank
    weight: int
    title: str
    said: tuple  # what happened, in the customer's words
    demand: str
    answer: str  # first answer
    justified: str  # reason when the customer is right
    not_justified: str = ""  # reason when he is not; "" when he always is
    kinds: tuple = ()  # kinds of product concerned; () for all goods
    wave: bool = False  # belongs to the wave of damages


@dataclass(frozen=True)
class World:
    key: str
    name: str
    lang: str
    country: str
    currency: str
    street: str
    city: str
    zip: str
    phone: str  # with %04d for the extension
    domain: str
    utc_offset: int  # hours, for office hours
    share: float  # of all complaints
    approval: float  # credit notes above this need a lead's approval
    teams: dict  # key -> name
    staff: tuple  # (name, local part of the address, team key, role)
    products: tuple  # (name, kind, price, belongs to the wave)
    customers: tuple  # (name, city, country, currency, is a company)
    stories: tuple
    called: tuple  # summaries of talks in which the customer was told the outcome
    missed: tuple  # summaries of attempts
    praise: tuple  # comments of satisfied customers
    neutral: tuple
    blame: tuple
    reopened: str  # why a customer was not satisfied, the comment of the first round
    second: str  # reason of the decision in the second round
    credit_goods: tuple  # reasons of credit notes by product
    credit_amounts: tuple  # reasons of credit notes by amount
    credit_cancelled: str  # why one is not issued after all
    credit_deviation: str  # why one is far off from what others received
