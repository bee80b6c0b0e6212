from odoo import fields, models


class CustomerSatisfactionLoad(models.TransientModel):
    """Add questionnaire sections to a survey."""

    _name = "customer.satisfaction.load"
    _description = "Add Questionnaire Sections"

    survey_id = fields.Many2one(
        "survey.survey", required=True, domain=[("is_satisfaction", "=", True)]
    )
    section_ids = fields.Many2many(
        "customer.satisfaction.section", string="Sections", required=True
    )

    def action_load(self):
        """Append the sections to the survey, a page each; what it asks already stays."""
        for wizard in self:
            wizard.section_ids._load_into(wizard.survey_id)
        return True
