from . import due_times, measure, rows, sample_stories, statistics, uploads, workbook
