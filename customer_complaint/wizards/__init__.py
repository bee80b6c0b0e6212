from . import customer_complaint_escalate
from . import customer_complaint_reopen
from . import customer_complaint_move_deadline
from . import customer_complaint_register
