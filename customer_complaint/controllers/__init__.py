from . import portal
from . import portal_replies
from . import upload
from . import register
from . import accrual
from . import public_form
