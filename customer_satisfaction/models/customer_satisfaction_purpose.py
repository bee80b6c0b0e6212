from odoo import api, fields, models


class CustomerSatisfactionPurpose(models.Model):
    """What customers were told their answers are used for, version by version."""

    _name = "customer.satisfaction.purpose"
    _description = "Purpose of a Survey"
    _order = "survey_id, version desc"
    _rec_name = "version"

    survey_id = fields.Many2one("survey.survey", required=True, ondelete="cascade")
    version = fields.Integer(required=True, aggregator=None)
    text = fields.Text(translate=True)

    _version_unique = models.UniqueIndex(
        "(survey_id, version)", "A version of a purpose is there once."
    )

    @api.depends("version", "text")
    def _compute_display_name(self):
        for purpose in self:
            purpose.display_name = self.env._(
                "%(version)s: %(text)s", version=purpose.version, text=purpose.text
            )


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    purpose_ids = fields.One2many(
        "customer.satisfaction.purpose",
        "survey_id",
        string="Purposes",
        readonly=True,
        groups="customer_satisfaction.group_satisfaction_user",
    )

    @api.model_create_multi
    def create(self, vals_list):
        surveys = super().create(vals_list)
        surveys.filtered("purpose")._keep_purpose()
        return surveys

    def write(self, vals):
        res = super().write(vals)
        if "purpose" in vals:
            self._keep_purpose()
        return res

    def update_field_translations(self, field_name, translations, source_lang=""):
        """See core; a translated purpose is a purpose that somebody is told, too."""
        res = super().update_field_translations(field_name, translations, source_lang)
        if field_name == "purpose":
            self._keep_purpose()
        return res

    def _keep_purpose(self):
        """Keep what is told from now on; once answered, as a new version."""
        # sudo: a copy of what the user was just allowed to write
        surveys = self.sudo()
        Purpose = self.env["customer.satisfaction.purpose"].sudo()
        latest = {}
        for purpose in Purpose.search([("survey_id", "in", self.ids)]):
            latest.setdefault(purpose.survey_id, purpose)
        known = Purpose.concat(*latest.values())
        used = {
            purpose.id
            for [purpose] in self.env["survey.user_input"]
            .sudo()
            ._read_group([("purpose_id", "in", known.ids)], ["purpose_id"])
        }
        for survey in surveys:
            texts = self._fields["purpose"]._get_stored_translations(survey)
            if not texts:
                continue  # from now on nothing is told
            purpose = latest.get(survey)
            if not purpose or purpose.id in used:
                purpose = Purpose.create(
                    {
                        "survey_id": survey.id,
                        "version": purpose.version + 1 if purpose else 1,
                    }
                )
            for lang, text in texts.items():
                purpose.with_context(lang=lang).text = text


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    purpose_id = fields.Many2one(
        "customer.satisfaction.purpose",
        string="Purpose told",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="What the customer was told the answer is used for.",
    )

    def _store_satisfaction(self):
        res = super()._store_satisfaction()
        # sudo: a process field
        answers = self.sudo().filtered(
            lambda a: a.is_satisfaction and a.survey_id.purpose
        )
        if not answers:
            return res
        latest = {}
        for purpose in (
            self.env["customer.satisfaction.purpose"]
            .sudo()
            .search([("survey_id", "in", answers.survey_id.ids)])
        ):
            latest.setdefault(purpose.survey_id, purpose)
        for survey, group in answers.grouped("survey_id").items():
            if purpose := latest.get(survey):
                group.purpose_id = purpose
        return res
