from . import survey_survey
from . import survey_question
from . import survey_user_input
from . import customer_satisfaction_plan
from . import customer_satisfaction_invitation
from . import customer_complaint
from . import res_partner
from . import sale_order
