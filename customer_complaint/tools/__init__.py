from . import due_times
