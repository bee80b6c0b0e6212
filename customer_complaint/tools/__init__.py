from . import due_times, statistics, uploads, workbook
