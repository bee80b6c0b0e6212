from . import customer_complaint_sample
from . import customer_satisfaction_entry
