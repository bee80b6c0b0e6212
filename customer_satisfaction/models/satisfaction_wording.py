"""What can be chosen, and what the ends of scales are called, where a question does not say it."""

# Metrics that are chosen from words instead of on a scale.
CHOSEN = ("csat", "emotion", "kano_functional", "kano_dysfunctional", "solved")


def get_scale_labels(env, metric):
    """Words of the low end, the middle and the high end of a metric's scale.

    :param env: with the language
    :return: three texts, empty where there is nothing to say
    """
    agreement = (env._("Strongly disagree"), "", env._("Strongly agree"))
    labels = {
        "likert": agreement,
        "nps": (env._("Not at all likely"), "", env._("Extremely likely")),
        "effort_5": (env._("Very low effort"), "", env._("Very high effort")),
        "effort_7": agreement,
        "acsi": (env._("Worst"), "", env._("Best")),
        "importance": (env._("Not important"), "", env._("Very important")),
        "expectation": agreement,
        "perception": agreement,
    }
    return labels.get(metric, ("", "", ""))


def get_options(env, metric):
    """What can be chosen for a metric of `CHOSEN`.

    :param env: with the language
    :return: list of (words, grade), for the outcome (words, outcome)
    """
    kano = [
        (env._("I like it"), 1),
        (env._("I expect it"), 2),
        (env._("I do not mind"), 3),
        (env._("I can live with it"), 4),
        (env._("I dislike it"), 5),
    ]
    options = {
        "csat": [
            (env._("Very satisfied"), 5),
            (env._("Satisfied"), 4),
            (env._("Neutral"), 3),
            (env._("Dissatisfied"), 2),
            (env._("Very dissatisfied"), 1),
        ],
        "emotion": [
            (env._("Good attitude"), 5),
            (env._("Fast answer"), 5),
            (env._("Clear explanation"), 5),
            (env._("Nothing special"), 3),
            (env._("Slow answer"), 1),
            (env._("Unfriendly"), 1),
        ],
        "kano_functional": kano,
        "kano_dysfunctional": kano,
        "solved": [
            (env._("Yes, solved"), "solved"),
            (env._("No, not yet"), "not_solved"),
        ],
    }
    return options[metric]
