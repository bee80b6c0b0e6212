"""What opening list, board and pivot costs, asked as the web client asks."""

import json
import re

from lxml import etree
from measuring import Cost, dominant, fresh, summary, tell

from odoo.tools import SQL

COUNT_LIMIT = 10_001
# Fields that a widget brings along in the web client.
BROUGHT = {
    widget: (
        "activity_exception_decoration",
        "activity_exception_icon",
        "activity_state",
        "activity_summary",
        "activity_type_icon",
        "activity_type_id",
    )
    for widget in ("list_activity", "kanban_activity")
}


def run(registry, people, sizes):
    """Open each view as a handler, whose record rules are the longest, and as manager."""
    for role in ("handler", "manager"):
        with fresh(registry, people[role]) as env:
            for case, work in _cases(env, sizes).items():
                work()
                costs = []
                for _ in range(sizes["repeats"]):
                    env.invalidate_all()
                    with Cost() as cost:
                        work()
                    costs.append(cost)
                env.invalidate_all()
                tell(
                    "opening",
                    f"{case}, {role}",
                    rows=sizes["large"],
                    dominant=dominant(work),
                    **summary(costs),
                )
            for case, offset in (("list", 0), ("list, deep page", sizes["deep"])):
                used = index_of(env, sizes["page"], offset)
                tell("order", f"{case}, {role}", index=used)


def _cases(env, sizes):
    model = env["customer.complaint"]
    board = model.with_context(read_group_expand=True)
    page, deep = sizes["page"], sizes["deep"]
    listed, tree = specification(model, "list"), _tree(model, "kanban")
    carded = specification(model, "kanban")
    column = tree.get("default_group_by")
    bar = tree.find(".//progressbar")
    progress = {"field": bar.get("field"), "colors": json.loads(bar.get("colors"))}
    pivot = _tree(model, "pivot")
    month, category = (
        ":".join(filter(None, (node.get("name"), node.get("interval"))))
        for node in (pivot.find("field[@type='col']"), pivot.find("field[@type='row']"))
    )
    count = {"count_limit": COUNT_LIMIT}
    return {
        "list": lambda: model.web_search_read([], listed, limit=page, **count),
        "list, deep page": lambda: model.web_search_read(
            [], listed, offset=deep, limit=page, **count
        ),
        "kanban": lambda: board.web_read_group(
            [],
            [column],
            [],
            auto_unfold=True,
            unfold_read_specification=carded,
            unfold_read_default_limit=page,
        ),
        "kanban, progress bar": lambda: board.read_progress_bar([], column, progress),
        "pivot": lambda: model.formatted_read_group([], [month, category], ["__count"]),
        "pivot, all totals": lambda: model.formatted_read_grouping_sets(
            [], [[], [month], [category], [month, category]], ["__count"]
        ),
    }


def _tree(model, kind):
    return etree.fromstring(model.get_view(view_type=kind)["arch"])


def specification(model, kind):
    """What the web client reads of each record for a view, from the view itself."""
    found = {}
    for node in _tree(model, kind).iter("field"):
        name, widget = node.get("name"), node.get("widget") or ""
        field = model._fields[name]
        found[name] = _read(field)
        for brought in BROUGHT.get(widget, ()):
            found[brought] = _read(model._fields[brought])
    return found


def _read(field):
    if field.type == "many2one":
        return {"fields": {"display_name": {}}}
    return {"fields": {}} if field.relational else {}


def index_of(env, page, offset):
    """The index that serves the default order of a page of the list; None: it is sorted."""
    model = env["customer.complaint"]
    query = model._search([], order=model._order, limit=page, offset=offset)
    plan = env.execute_query(SQL("EXPLAIN %s", query.select()))
    text = "\n".join(line for (line,) in plan)
    used = re.findall(r"Index (?:Only )?Scan using (\w+) on customer_complaint\b", text)
    return used[0] if used and "Sort" not in text else None
