from . import satisfaction
from . import survey
