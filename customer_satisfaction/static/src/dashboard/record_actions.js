import {registry} from "@web/core/registry";

registry
    .category("customer_complaint.record_actions")
    .add("survey.user_input", "customer_satisfaction.survey_user_input_action");
