from . import due_times, rows, statistics, uploads, workbook
from . import due_times, measure, rows, statistics, uploads
