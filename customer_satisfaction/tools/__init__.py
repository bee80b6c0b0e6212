from . import scores, suppression
