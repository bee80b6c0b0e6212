from . import due_times, measure, statistics, uploads
