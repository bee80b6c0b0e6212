from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

AGREEMENT = (_lt("Strongly disagree"), "", _lt("Strongly agree"))
KANO = [
    (_lt("I like it"), 1),
    (_lt("I expect it"), 2),
    (_lt("I do not mind"), 3),
    (_lt("I can live with it"), 4),
    (_lt("I dislike it"), 5),
]
# What the ends and the middle of a scale are called, by metric.
SCALE_LABELS = {
    "likert": AGREEMENT,
    "nps": (_lt("Not at all likely"), "", _lt("Extremely likely")),
    "effort_5": (_lt("Very low effort"), "", _lt("Very high effort")),
    "effort_7": AGREEMENT,
    "acsi": (_lt("Worst"), "", _lt("Best")),
    "importance": (_lt("Not important"), "", _lt("Very important")),
    "expectation": AGREEMENT,
    "perception": AGREEMENT,
}
# What can be chosen, and its grade, by metric.
OPTIONS = {
    "csat": [
        (_lt("Very satisfied"), 5),
        (_lt("Satisfied"), 4),
        (_lt("Neutral"), 3),
        (_lt("Dissatisfied"), 2),
        (_lt("Very dissatisfied"), 1),
    ],
    "emotion": [
        (_lt("Good attitude"), 5),
        (_lt("Fast answer"), 5),
        (_lt("Clear explanation"), 5),
        (_lt("Nothing special"), 3),
        (_lt("Slow answer"), 1),
        (_lt("Unfriendly"), 1),
    ],
    "kano_functional": KANO,
    "kano_dysfunctional": KANO,
    "solved": [(_lt("Yes, solved"), "solved"), (_lt("No, not yet"), "not_solved")],
}
