from odoo import api, fields, models
from odoo.exceptions import UserError

from .survey_question import TEXTS

# Beside its wording: what makes a question what was answered.
LOCKED = {
    "survey_id",
    "sequence",  # of several questions with one metric the first one counts
    "is_page",
    "question_type",
    "matrix_subtype",
    "scale_min",
    "scale_max",
    "satisfaction_metric",
    "item_id",
    "dimension_id",
    "satisfaction_weight",
    "is_reversed",
    "effort_direction",
    "pair_question_id",
    "triggering_answer_ids",
}
LOCKED_OPTION = {
    "question_id",
    "matrix_question_id",
    "satisfaction_grade",
    "satisfaction_solved",
}


class SurveySurvey(models.Model):
    """A survey that was answered stays what it was; changes make a new version."""

    _inherit = "survey.survey"

    is_answered = fields.Boolean(
        compute="_compute_is_answered",
        help="Its questions stay as they are: a change makes a new version.",
    )
    next_version_ids = fields.One2many(
        "survey.survey", "previous_version_id", string="Next version"
    )

    _previous_version_unique = models.UniqueIndex(
        "(previous_version_id) WHERE previous_version_id IS NOT NULL",
        "There is a newer version of this survey already.",
    )
    _previous_version_older = models.Constraint(
        "CHECK(previous_version_id < id)",
        "A survey is the next version of an older one.",
    )

    def _get_versions(self):
        """These surveys and all their earlier versions."""
        versions = self
        while earlier := versions.previous_version_id - versions:
            versions |= earlier
        return versions

    def _compute_is_answered(self):
        answered = self._get_answered()
        for survey in self:
            survey.is_answered = survey._origin in answered

    def _get_answered(self, lang=None):
        """The satisfaction surveys among these that somebody answered, tests aside.

        :param str lang: answered in this language; English is where all others come from
        """
        measuring = self.filtered("is_satisfaction")
        if not measuring.ids:
            return self.browse()
        domain = [
            ("survey_id", "in", measuring.ids),
            ("state", "=", "done"),
            ("test_entry", "=", False),
        ]
        if lang and lang != "en_US":
            domain.append(("lang_id.code", "=", lang))
        # sudo: also what another company was answered
        groups = self.env["survey.user_input"].sudo()._read_group(domain, ["survey_id"])
        if not lang or lang == "en_US":
            # What waits in the urn was answered, too.
            groups += (
                self.env["customer.satisfaction.ballot"]
                .sudo()
                ._read_group(
                    [("survey_id", "in", measuring.filtered("is_anonymous").ids)],
                    ["survey_id"],
                )
            )
        return self.browse({survey.id for (survey,) in groups})

    def _check_not_answered(self, lang=None):
        """Refuse a change of what was answered already, or was so in this language."""
        if answered := self.sudo()._get_answered(lang):
            raise UserError(
                self.env._(
                    "“%(survey)s” was answered already. Its questions stay as they are, "
                    "so that results stay comparable. Open the survey and choose New "
                    "version: there everything can be changed.",
                    survey=answered[0].title,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_version_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_version_fields(vals)
        if "is_satisfaction" in vals and not vals["is_satisfaction"]:
            self._check_not_answered()
        return super().write(vals)

    def _check_version_fields(self, vals):
        """Scores and results rely on them: nobody says them from outside."""
        if vals.keys() & {"version", "previous_version_id"} and not self.env.su:
            raise UserError(
                self.env._(
                    "The version of a survey cannot be entered. Open the survey and choose "
                    "New version."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_scored(self):
        """Answers go with their survey, and must not: only what nobody answered is removed."""
        if not self.env.su:
            self._check_not_answered()
        # sudo: scores of tests follow them
        self.env["customer.satisfaction.score"].sudo().search(
            [("survey_id", "in", self.ids)]
        ).unlink()

    def copy(self, default=None):
        surveys = super().copy(default)
        for old, new in zip(self, surveys, strict=True):
            questions = old.question_ids.sorted()
            if not questions.pair_question_id:
                continue
            twins = dict(zip(questions, new.question_ids.sorted(), strict=True))
            for question in questions.filtered("pair_question_id"):
                twins[question].pair_question_id = twins[question.pair_question_id]
        return surveys

    def action_new_version(self):
        """Copy the survey into its next version, which plans ask with from now on.

        A survey that companies share has one current version: the plans of all of them ask with
        the new one. Links that were sent stay links to this version. Results of both are compared
        question by question where they come from the question bank.

        :return: action that opens the new version
        :raises AccessError: for who may not edit the survey
        :raises UserError: for none or several surveys at once, and where there is a newer version
        """
        if len(self) != 1:
            raise UserError(
                self.env._(
                    "A new version is made of one survey. Open it and try again."
                )
            )
        self.check_access("write")
        if not self.is_satisfaction:
            raise UserError(
                self.env._(
                    "Only satisfaction surveys have versions. Duplicate this one."
                )
            )
        if newer := self.with_context(active_test=False).next_version_ids:
            raise UserError(
                self.env._(
                    "There is version %(version)s of this survey already. Change that one.",
                    version=newer.version,
                )
            )
        new = self.copy({"title": ""})
        # sudo: versions are made by this method alone
        new.sudo().write({"version": self.version + 1, "previous_version_id": self.id})
        for code, _name in self.env["res.lang"].get_installed():
            new.with_context(lang=code).title = self.with_context(lang=code).title
        # sudo: the plans of companies he does not work in, too; whoever edits a shared survey
        # edits it for all of them
        plans = self.env["customer.satisfaction.plan"].sudo()
        plans.with_context(active_test=False).search(
            [("survey_id", "=", self.id)]
        ).survey_id = new
        return {
            "type": "ir.actions.act_window",
            "res_model": "survey.survey",
            "res_id": new.id,
            "views": [(False, "form")],
        }


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    is_answered = fields.Boolean(related="survey_id.is_answered")

    @api.model_create_multi
    def create(self, vals_list):
        questions = super().create(vals_list)
        questions.survey_id._check_not_answered()
        return questions

    def write(self, vals):
        keys = vals.keys()
        _get_changed(self, LOCKED & keys, vals).survey_id._check_not_answered()
        _get_changed(self, TEXTS & keys, vals).survey_id._check_not_answered(
            self.env.lang
        )
        res = super().write(vals)
        if "survey_id" in vals:
            self.survey_id._check_not_answered()
        return res

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        if field_name in TEXTS:
            for lang in translations:
                self.survey_id._check_not_answered(lang)
        return super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        self.survey_id._check_not_answered()
        # sudo: scores of tests follow them
        self.env["customer.satisfaction.score"].sudo().search(
            [("question_id", "in", self.ids)]
        ).unlink()


class SurveyQuestionAnswer(models.Model):
    _inherit = "survey.question.answer"

    @api.model_create_multi
    def create(self, vals_list):
        options = super().create(vals_list)
        options._check_not_answered()
        return options

    def write(self, vals):
        keys = vals.keys()
        _get_changed(self, LOCKED_OPTION & keys, vals)._check_not_answered()
        _get_changed(self, {"value"} & keys, vals)._check_not_answered(self.env.lang)
        return super().write(vals)

    def _update_field_translations(self, field_name, translations, *args, **kwargs):
        if field_name == "value":
            for lang in translations:
                self._check_not_answered(lang)
        return super()._update_field_translations(
            field_name, translations, *args, **kwargs
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        self._check_not_answered()

    def _check_not_answered(self, lang=None):
        questions = self.question_id | self.matrix_question_id
        questions.survey_id._check_not_answered(lang)


def _get_changed(records, fnames, vals):
    """The records in which these values change anything: forms may send what is there."""

    def is_other(record, name):
        field = record._fields[name]
        known = record[name].id if field.type == "many2one" else record[name]
        return field.type == "many2many" or (known or False) != (vals[name] or False)

    return records.filtered(lambda r: any(is_other(r, name) for name in fnames))
