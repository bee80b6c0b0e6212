"""The invented world of the sample data: companies, people, products, what goes wrong.

Plain Python. Every name is invented, every address ends on example.com. What is said is data
in the language of the company, never translated.

A story is one thing that goes wrong, told by the customer and answered by the company. In its texts
{product}, {order}, {qty} and {day} are filled in. `weight` says how often it happens.
"""

from .sample_china import CHINA
from .sample_europe import EUROPE
from .sample_world import Story, World

__all__ = ["CHINA", "EUROPE", "WORLDS", "Story", "World"]

WORLDS = (EUROPE, CHINA)
