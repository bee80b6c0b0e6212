"""Requests at the same moment."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def at_once(calls):
    """Call functions at the same moment; what they return, in their order."""
    start = Barrier(len(calls))

    def run(call):
        start.wait(timeout=300)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def answers_at_once(server, path, number=20):
    """Answer the same satisfaction questions in many sessions at once; the responses.

    All say that it was solved; their grades differ.
    """
    return at_once([_answer(server, path, index) for index in range(number)])


def _answer(server, path, index):
    session = server.session(None)
    page = session.get(server.url + path, timeout=300).text
    options = re.findall(r'name="(q\d+)" value="(\d+)" required', page)
    solved, csat = dict.fromkeys(name for name, _value in options)
    grades = [value for name, value in options if name == csat]
    data = {
        "csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1],
        solved: dict(reversed(options))[solved],
        csat: grades[index % 3],
    }
    return lambda: session.post(server.url + path, data=data, timeout=300)
