"""The kinds of deadlines: what each is called, what starts it, and whether it may wait.

Plain facts without database. What stops a deadline stands in
`models/complaint_deadlines.py`, one method per event.
"""

from typing import NamedTuple

DEADLINE_TYPES = [
    ("first_response", "First response"),
    ("initial_handling", "Initial handling"),
    ("completion", "Completion"),
    ("result", "Result feedback"),
    ("first_feedback", "First feedback"),
    ("second_feedback", "Second feedback"),
    ("follow_up", "Follow-up"),
    ("next_update", "Next update"),
    ("next_reply", "Reply to the customer"),
    ("statutory", "Statutory"),
    ("stage", "Stage limit"),
    ("commitment", "Commitment"),
]

# Opened by the receipt, most of them again by a reopening.
FROM_ROUND = (
    "first_response",
    "initial_handling",
    "completion",
    "result",
    "next_update",
    "statutory",
)
FROM_RECEIPT_ONLY = ("statutory",)
FROM_COMPLETION = ("first_feedback", "second_feedback", "follow_up")
# Owed once in a round; of the others there may be many, one after the other.
ONCE_PER_ROUND = (
    "first_response",
    "initial_handling",
    "completion",
    "result",
    "first_feedback",
    "second_feedback",
    "follow_up",
    "statutory",
)
# Owed to the customer also when the complaint is closed.
OUTLIVES_CLOSING = (*FROM_COMPLETION, *FROM_RECEIPT_ONLY, "commitment")
# A statutory limit never waits, nor does a date the customer was told or is waiting for.
PAUSABLE = (
    "first_response",
    "initial_handling",
    "completion",
    "result",
    "stage",
)

UNITS = [
    ("hour", "Hours"),
    ("working_hour", "Working hours"),
    ("working_day", "Working days"),
]


class Limit(NamedTuple):
    """A limit of a policy as the events need it.

    `amount` counts `unit`s; `stage_type` is given for the type "stage" only.
    """

    deadline_type: str
    amount: float
    unit: str
    stage_type: str | bool
    line_id: int

    @property
    def key(self):
        """What is limited: a type, of stage limits the stage as well."""
        return self.deadline_type, self.stage_type
