from . import customer_complaint_escalate
from . import customer_complaint_reopen
from . import customer_complaint_move_deadline
from . import customer_complaint_credit_ask
from . import customer_complaint_credit_link
from . import customer_complaint_credit_cancel
