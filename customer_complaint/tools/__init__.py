from . import due_times, rows, statistics, uploads, workbook
