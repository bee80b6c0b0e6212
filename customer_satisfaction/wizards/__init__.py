from . import customer_complaint_sample
