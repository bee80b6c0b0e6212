{
    "name": "Customer Satisfaction",
    "summary": "Survey plans that ask customers after their complaint, once, and log who "
    "was not asked and why",
    "version": "19.0.1.0.0",
    "category": "Services/Customer Complaints",
    "license": "LGPL-3",
    "author": "Customer Complaint contributors",
    "application": True,
    "depends": [
        "customer_complaint",
        "survey",
    ],
    "data": [
        "security/customer_satisfaction_groups.xml",
        "security/ir.model.access.csv",
        "security/customer_satisfaction_security.xml",
        "data/survey_survey_data.xml",
        "data/mail_template_data.xml",
        "data/ir_cron_data.xml",
        "views/survey_survey_views.xml",
        "views/survey_question_views.xml",
        "views/survey_templates.xml",
        "views/survey_user_input_views.xml",
        "views/customer_satisfaction_invitation_views.xml",
        "views/customer_satisfaction_plan_views.xml",
        "views/customer_complaint_views.xml",
        "views/res_partner_views.xml",
        "views/sale_order_views.xml",
        "views/customer_satisfaction_menus.xml",
    ],
    "demo": [
        "demo/res_users_demo.xml",
        "demo/customer_satisfaction_demo.xml",
    ],
    "assets": {
        "web.assets_backend": [
            "customer_satisfaction/static/src/dashboard/**/*",
        ],
    },
    "uninstall_hook": "uninstall_hook",
}
