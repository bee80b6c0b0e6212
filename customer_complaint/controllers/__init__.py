from . import portal
from . import upload
from . import register
from . import public_form
