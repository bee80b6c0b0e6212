from . import base_partner_merge
from . import customer_complaint_person_export
from . import customer_complaint_sample
from . import customer_satisfaction_ask
from . import customer_satisfaction_exclude
from . import customer_satisfaction_load
from . import customer_satisfaction_erasure
from . import customer_satisfaction_entry
