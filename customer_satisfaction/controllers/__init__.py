from . import satisfaction
from . import survey
from . import stop
from . import results
