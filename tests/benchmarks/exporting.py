"""What the register costs beside the least that writes the same cells, and its memory."""

import gc
import itertools
import re
import tempfile
from pathlib import Path

import filling
import xlsxwriter
from measuring import Cost, fresh, summary, tell

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def run(registry, people, sizes):
    """Export the first so many complaints as a manager, in turn with the bare loop."""
    for stored in sizes["registers"]:
        with fresh(registry) as env:
            original = env["customer.complaint"].browse(people["original"])
            customers = env["res.partner"].browse(people["partners"])
            filling.fill(env, original, customers, stored)
        ours, bare, growth = [], [], 0
        for _ in range(sizes["rounds"]):
            cost, grown = _measured(registry, people, stored)
            ours.append(cost)
            growth = max(growth, grown)
            bare.append(_bare(registry, people, stored))
        tell(
            "exporting",
            f"register of {stored:,}",
            bare=round(min(cost.wall for cost in bare), 1),
            bare_cpu=round(min(cost.cpu for cost in bare), 1),
            growth=round(growth, 1),
            **summary(ours),
        )


def _measured(registry, people, stored):
    gc.collect()
    CLEAR.write_text("5")  # the peak starts anew
    before = _memory("VmRSS")
    with Cost() as cost, fresh(registry, people["manager"]) as env:
        model = env["customer.complaint"]
        last = model.search([], order="id", offset=stored - 1, limit=1).id
        with tempfile.TemporaryFile() as file:
            rows = model._write_register(file, [("id", "<=", last)], [])
    if rows != stored:
        raise AssertionError(f"{rows} rows were exported, expected {stored}")
    return cost, _memory("VmHWM") - before


def _memory(name):
    """MiB of this process."""
    return int(re.search(rf"{name}:\s+(\d+)", STATUS.read_text())[1]) / 1024


def _bare(registry, people, count):
    """Cost of a loop that writes `count` rows of such values, nothing else."""
    with fresh(registry, people["manager"]) as env:
        model = env["customer.complaint"]
        kinds = [column.kind for column in model._get_register_columns()]
        keys = [column.key for column in model._get_register_columns()]
        page = model.search([], order="id", limit=2000)._get_register_rows()
    values = [[row[key] for key in keys] for row in page]
    with Cost() as cost, tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True})
        day = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = book.add_worksheet()
        writers = {"text": sheet.write_string, "datetime": sheet.write_datetime}
        looks = {"datetime": day}
        cells = [
            (index, writers.get(kind, sheet.write_number), looks.get(kind))
            for index, kind in enumerate(kinds)
        ]
        endless = itertools.islice(itertools.cycle(values), count)
        for number, row in enumerate(endless):
            for index, write, look in cells:
                if row[index] is not None:
                    write(number, index, row[index], look)
        book.close()
    return cost
