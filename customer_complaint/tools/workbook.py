"""The workbook of a register: summary with chart, rows, explanation of columns. No database."""

from datetime import datetime
from typing import NamedTuple

import xlsxwriter

MAX_ROWS = 1_048_575  # of a sheet, without the header
EPOCH = datetime(1899, 12, 30)  # day 0 of a spreadsheet
INK, PAPER, BAND = "#1F3A4D", "#FFFFFF", "#E9EEF2"
FORMATS = {
    "text": None,
    "number": None,
    "decimal": "0.0",
    "amount": "#,##0.00",
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "month": "yyyy-mm",
    "percent": "0.0%",
}


class Column(NamedTuple):
    """A column of the register.

    `kind` is one of FORMATS; values of `date` and `datetime` are naive datetimes as the reader's
    clock shows them, None leaves a cell empty.
    """

    key: str
    label: str
    width: int
    kind: str
    help: str


class Table(NamedTuple):
    """A small table of the summary: `head` are labels, `kinds` the kinds of its columns."""

    title: str
    head: tuple
    kinds: tuple
    rows: list


class Sheets(NamedTuple):
    """Names of the three sheets, and of the chart, None for no chart."""

    summary: str
    register: str
    columns: str
    chart: str | None


def serial(moment):
    """Number by which spreadsheets store a moment: days since EPOCH."""
    passed = moment - EPOCH
    return passed.days + passed.seconds / 86400


def write(file, sheets, facts, tables, columns, head, rows):
    """Write a workbook; memory does not grow with the number of rows.

    :param file: binary file, open for writing
    :param Sheets sheets: names
    :param list facts: pairs of label and text that stand on top of the summary, the title first
    :param list tables: Tables of the summary; the first one is drawn, month by month
    :param list columns: Columns of the register
    :param tuple head: labels of the sheet that explains the columns
    :param rows: iterable of dictionaries, value by key of a column
    :return: number of rows written
    """
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    formats = {
        kind: pattern and book.add_format({"num_format": pattern})
        for kind, pattern in FORMATS.items()
    }
    heading = book.add_format(
        {
            "bold": True,
            "font_color": PAPER,
            "bg_color": INK,
            "text_wrap": True,
            "valign": "vcenter",
            "border": 1,
            "border_color": PAPER,
        }
    )
    _write_summary(book, sheets, facts, tables, formats, heading)
    count = _write_rows(book, sheets.register, columns, rows, formats, heading)
    _write_columns(book, sheets.columns, columns, head, formats, heading)
    book.close()
    return count


def _write_summary(book, sheets, facts, tables, formats, heading):
    sheet = book.add_worksheet(sheets.summary)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 6, 12)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    title = book.add_format({"bold": True, "font_size": 16, "font_color": INK})
    label = book.add_format({"font_color": "#555555", "valign": "top"})
    section = book.add_format(
        {"bold": True, "font_size": 12, "font_color": INK, "bottom": 2}
    )
    (name, number), *rest = facts
    sheet.set_row(0, 24)
    sheet.write_string(0, 0, f"{name} {number}".strip(), title)
    row = 1
    for name, text in rest:
        sheet.write_string(row, 0, name, label)
        sheet.write_string(row, 1, text)
        row += 1
    for index, table in enumerate(tables):
        row += 1
        width = len(table.head)
        sheet.write_string(row, 0, table.title, section)
        for column in range(1, width):
            sheet.write_blank(row, column, None, section)
        row += 1
        for column, text in enumerate(table.head):
            sheet.write_string(row, column, text, heading)
        row += 1
        if index == 0 and table.rows and sheets.chart:
            _add_chart(book, sheet, sheets, len(rest) + 2, row, table.rows)
        for values in table.rows:
            for column, (kind, value) in enumerate(
                zip(table.kinds, values, strict=True)
            ):
                _write_cell(sheet, row, column, kind, value, formats[kind])
            row += 1


def _add_chart(book, sheet, sheets, place, first, rows):
    """Columns per month; the cells it reads follow below the head of the first table."""
    last = first + len(rows) - 1
    chart = book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": sheets.chart,
            "categories": [sheets.summary, first, 0, last, 0],
            "values": [sheets.summary, first, 1, last, 1],
            # A copy for viewers that draw without calculating.
            "categories_data": [serial(month) for month, _count in rows],
            "values_data": [count for _month, count in rows],
            "fill": {"color": INK},
            "gap": 60,
            "data_labels": {"value": len(rows) <= 24, "font": {"size": 8}},
        }
    )
    chart.set_title({"name": sheets.chart, "name_font": {"size": 12, "color": INK}})
    chart.set_legend({"none": True})
    chart.set_x_axis(
        {"text_axis": True, "num_format": "yyyy-mm", "num_font": {"rotation": -45}}
    )
    chart.set_y_axis({"major_gridlines": {"visible": True, "line": {"color": BAND}}})
    chart.set_size({"width": 620, "height": 320})
    sheet.insert_chart(place, 7, chart)


def _write_rows(book, name, columns, rows, formats, heading):
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&L&A&R&P / &N")
    sheet.set_row(0, 32)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, column.label, heading)
    # What is the same for all rows is looked up once: a register has millions of cells.
    texts = [
        (index, column.key)
        for index, column in enumerate(columns)
        if column.kind == "text"
    ]
    numbers = [
        (index, column.key, _is_moment(column.kind), formats[column.kind])
        for index, column in enumerate(columns)
        if column.kind != "text"
    ]
    write_string, write_number = sheet.write_string, sheet.write_number
    row = 0
    for row, values in enumerate(rows, start=1):
        for index, key in texts:
            if (value := values[key]) is not None:
                # Never a formula, whatever a customer wrote.
                write_string(row, index, value)
        for index, key, is_moment, look in numbers:
            if (value := values[key]) is not None:
                write_number(row, index, serial(value) if is_moment else value, look)
    sheet.autofilter(0, 0, row, len(columns) - 1)
    return row


def _write_columns(book, name, columns, head, formats, heading):
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 100)
    for index, text in enumerate(head):
        sheet.write_string(0, index, text, heading)
    for row, column in enumerate(columns, start=1):
        sheet.write_string(row, 0, column.label, formats["text"])
        sheet.write_string(row, 1, column.help, formats["text"])


def _is_moment(kind):
    return kind in ("date", "datetime", "month")


def _write_cell(sheet, row, column, kind, value, look):
    if value is None:
        return
    if kind == "text":
        sheet.write_string(row, column, value, look)
    else:
        sheet.write_number(
            row, column, serial(value) if _is_moment(kind) else value, look
        )
