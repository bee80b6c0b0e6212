from . import ir_actions_report
from . import customer_complaint_report
from . import customer_complaint_cost_statement
