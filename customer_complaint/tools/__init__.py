from . import due_times, measure, rows, statistics, uploads, workbook
