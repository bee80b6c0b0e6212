"""The benchmarks stay runnable; how quick anything is, they judge on demand."""

import importlib.util
from pathlib import Path

import pytest
from workbench import templates

RUN = Path(__file__).parent / "benchmarks" / "run.py"


@pytest.fixture
def benchmark():
    """The program that measures, as a module."""
    spec = importlib.util.spec_from_file_location("benchmark", RUN)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_workload_can_be_measured_and_reported(odoo_program, benchmark):
    rows = benchmark.measured(odoo_program, templates.DEMO, benchmark.TINY)
    groups = {row["group"] for row in rows}
    assert groups == {
        "answering",
        "browsing",
        "creating",
        "exporting",
        "looking",
        "opening",
        "order",
        "scoring",
        "sweeping",
    }
    assert all(row["sql"] > 0 for row in rows if row["group"] != "order")
    text = benchmark.report.table(rows, before=0.0, after=0.0)
    for row in rows:
        assert f"{row['group']}: {row['case']}" in text
