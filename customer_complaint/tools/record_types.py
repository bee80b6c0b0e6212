"""What is taken up: complaints, and what is answered without being one. Plain facts."""

from odoo.fields import Domain

RECORD_TYPES = [
    ("complaint", "Customer complaint"),
    ("suggestion", "Suggestion"),
    ("feedback", "Feedback"),
]
# Each type counts by itself: the number says what it is.
SEQUENCES = {
    "complaint": "sequence_customer_complaint",
    "suggestion": "sequence_suggestion",
    "feedback": "sequence_feedback",
}
# What figures about complaints count; a field of this name is on every model they count.
IS_COMPLAINT = Domain("record_type", "=", "complaint")
# All that is owed to somebody who does not complain: an answer.
ANSWERS = ("first_response", "next_reply")
# Required of complaints only: nobody decides about a suggestion, or confirms its outcome.
COMPLAINTS_ONLY = ("demand", "level", "decision", "channels", "confirmation")
