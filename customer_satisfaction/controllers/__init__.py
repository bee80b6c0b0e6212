from . import portal
from . import satisfaction
from . import satisfaction_document
from . import survey
from . import stop
from . import results
