"""Statements, CPU and time of a piece of work inside Odoo, and what it spends them on."""

import contextlib
import cProfile
import gc
import json
import pstats
import re
import statistics
import time
from collections import Counter
from pathlib import PurePath
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, sql_db

POSTGRESQL = "'execute' of 'psycopg2"


class Cost:
    """What a block costs: `sql` statements, `cpu` and `wall` in milliseconds.

    CPU is that of Python; PostgreSQL works in processes of its own.
    """

    def __enter__(self):
        gc.collect()
        self.sql = sql_db.sql_counter
        self.cpu, self.wall = time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *_error):
        self.wall = (time.perf_counter() - self.wall) * 1000
        self.cpu = (time.process_time() - self.cpu) * 1000
        self.sql = sql_db.sql_counter - self.sql


@contextlib.contextmanager
def fresh(registry, user_id=SUPERUSER_ID):
    """An environment on a cursor of its own, as a request gets one."""
    with registry.cursor() as cr:
        root = api.Environment(cr, SUPERUSER_ID, {})
        company = root["res.users"].browse(user_id).company_id.id
        context = {"lang": "en_US", "tz": "UTC", "allowed_company_ids": [company]}
        yield api.Environment(cr, user_id, context)


def summary(costs, records=1):
    """Medians over several measurements, per record, and the quickest wall time."""
    return {
        name: round(value / records, 3)
        for name, value in {
            "sql": statistics.median(cost.sql for cost in costs),
            "cpu": statistics.median(cost.cpu for cost in costs),
            "wall": statistics.median(cost.wall for cost in costs),
            "best": min(cost.wall for cost in costs),
        }.items()
    }


def tell(group, case, **numbers):
    """Hand a row to the program that prints the table."""
    print(json.dumps({"group": group, "case": case, **numbers}), flush=True)


def statements(work):
    """How often `work` executes which kind of statement on which table, as text."""
    kinds = Counter()
    execute = sql_db.Cursor.execute

    def counted(cursor, query, *arguments, **named):
        kinds[_kind(getattr(query, "code", query))] += 1
        return execute(cursor, query, *arguments, **named)

    with patch.object(sql_db.Cursor, "execute", counted):
        work()
    return ", ".join(f"{times} {kind}" for kind, times in kinds.most_common())


def _kind(query):
    verb = query.split(None, 1)[0].upper()
    found = re.search(r'\b(?:FROM|INTO|UPDATE)\s+"?(\w+)', query, re.IGNORECASE)
    return f"{verb} {found[1]}" if found else verb


def dominant(work):
    """What `work` spends its time on: the areas by own time, then the largest parts.

    :return: text such as "PostgreSQL 40 %, mail 31 %; mail_thread.create 55 %"
    """
    profile = cProfile.Profile()
    profile.runcall(work)
    stats = pstats.Stats(profile)
    areas, parts = {}, {}
    for (path, _line, function), (
        *_calls,
        own,
        inclusive,
        _callers,
    ) in stats.stats.items():
        area = _area(path, function)
        areas[area] = areas.get(area, 0) + own
        if "/addons/" in path and not function.startswith("<"):
            name = f"{PurePath(path).stem}.{function}"
            parts[name] = max(parts.get(name, 0), inclusive)
    limit = 0.9 * stats.total_tt  # what contains nearly all explains nothing
    parts = {name: share for name, share in parts.items() if share < limit}
    return "; ".join(_largest(shares, stats.total_tt) for shares in (areas, parts))


def _area(path, function):
    if POSTGRESQL in function:
        return "PostgreSQL"
    if found := re.search(r"/addons/(\w+)/", path):
        return found[1]
    return "ORM" if "/odoo/" in path else "Python"


def _largest(shares, total, count=4):
    ranked = sorted(shares.items(), key=lambda item: -item[1])[:count]
    return ", ".join(f"{name} {100 * share / total:.0f} %" for name, share in ranked)
