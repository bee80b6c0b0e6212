from . import due_times, sample_stories, statistics, uploads
