from . import due_times, uploads
