from . import satisfaction
from . import survey
from . import results
