from . import test_access
from . import test_invitations
from . import test_public_answers
from . import test_screens
from . import test_surveys
from . import test_translation
from . import test_dashboard
