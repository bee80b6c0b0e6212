from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from odoo.addons.customer_complaint.tools import given

from .survey_user_input import SURVEY_METHODS

SOURCES = ("chat", "app", "social", "review", "service_log")
# What a rating decides about its answer; a change makes the answer anew.
ANSWER_FIELDS = {
    "source",
    "date",
    "metric",
    "value",
    "comment",
    "partner_id",
    "author",
    "product_id",
    "company_id",
}


# What tells who rated. Once erased it does not come back.
PERSON_FIELDS = ("partner_id", "author", "comment", "url")


class CustomerSatisfactionRating(models.Model):
    """A rating that a customer gave elsewhere: in a chat, an app, a review.

    Each becomes an answer of the shipped survey, on the scale it was given on; scales are not
    converted. The source's own reference makes an import repeatable: what is known is brought up
    to date.
    """

    _name = "customer.satisfaction.rating"
    _description = "Rating from Elsewhere"
    _order = "date desc, id desc"
    _rec_name = "external_ref"

    source = fields.Selection(
        [method for method in SURVEY_METHODS if method[0] in SOURCES], required=True
    )
    external_ref = fields.Char(
        string="Reference",
        required=True,
        help="By which the source knows the rating; once per source and company.",
    )
    date = fields.Datetime(
        string="Rated on", required=True, default=fields.Datetime.now
    )
    metric = fields.Selection(
        [
            ("csat", "Stars, 1 to 5 (CSAT)"),
            ("nps", "Recommendation, 0 to 10 (NPS)"),
            ("effort_7", "How easy, 1 to 7 (CES)"),
        ],
        string="Scale",
        required=True,
        default="csat",
    )
    value = fields.Integer(string="Rating", required=True, aggregator=None)
    comment = fields.Text()
    partner_id = fields.Many2one(
        "res.partner", string="Customer", index="btree_not_null"
    )
    author = fields.Char(help="As the source names the customer.")
    url = fields.Char(string="Address", help="Where it can be read.")
    product_id = fields.Many2one("product.product", index="btree_not_null")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    # The source still knows him: an import must not bring him back.
    is_person_erased = fields.Boolean(
        string="Person erased",
        readonly=True,
        copy=False,
        help="Who rated was erased. The rating itself can still be brought up to date.",
    )
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="Answer",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    _reference_unique = models.UniqueIndex(
        "(company_id, source, external_ref)", "This rating is there already."
    )
    _value_range = models.Constraint(
        "CHECK((metric = 'csat' AND value BETWEEN 1 AND 5) "
        "OR (metric = 'nps' AND value BETWEEN 0 AND 10) "
        "OR (metric = 'effort_7' AND value BETWEEN 1 AND 7))",
        "The rating is not on its scale. Stars run from 1 to 5, recommendations from 0 to "
        "10, ease from 1 to 7. Choose the scale on which it was given.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Create ratings, or bring up to date those that are known.

        :param list vals_list: values; the same company, source and reference are the same
            rating, also twice in the list
        :return: a rating for each of `vals_list`, in their order
        """
        self._check_own_answer(vals_list)
        self._check_given(vals_list)
        company = self.env.company.id
        keys = [
            (
                vals.get("company_id") or company,
                vals["source"],
                str(vals["external_ref"]),  # programs say it as a number
            )
            if vals.get("source") and vals.get("external_ref")
            else object()  # refused by `create`, which says what is missing
            for vals in vals_list
        ]
        ratings = self._get_known(vals_list)
        new = {}
        for key, vals in zip(keys, vals_list, strict=True):
            if rating := ratings.get(key):
                vals = rating._without_erased(vals)
                super(CustomerSatisfactionRating, rating).write(vals)
            else:
                new[key] = {**new.get(key, {}), **vals}
        ratings.update(zip(new, super().create(list(new.values())), strict=True))
        rated = self.browse({ratings[key].id: None for key in keys})
        rated._store_answers()
        return self.browse(ratings[key].id for key in keys)

    def write(self, vals):
        self._check_own_answer([vals])
        self._check_given([vals])
        names_person = any(vals.get(name) for name in PERSON_FIELDS)
        if names_person and any(rating.is_person_erased for rating in self):
            raise UserError(
                self.env._(
                    "Who gave this rating was erased and stays so. Leave customer, author, "
                    "address and comment empty."
                )
            )
        res = super().write(vals)
        if ANSWER_FIELDS & vals.keys():
            self._store_answers()
        return res

    @api.model
    def _check_own_answer(self, vals_list):
        """A rating rewrites its answer: pointed to another one, it would overwrite that."""
        if self.env.su:
            return
        if any("user_input_id" in vals for vals in vals_list):
            raise AccessError(
                self.env._("The answer of a rating is made from it, never chosen.")
            )
        if any("is_person_erased" in vals for vals in vals_list):
            raise AccessError(
                self.env._("Only the erasure of a person says that he was erased.")
            )

    def _without_erased(self, vals):
        """Values as a source gives them, without the person once he was erased."""
        if not self.is_person_erased:
            return vals
        return {k: value for k, value in vals.items() if k not in PERSON_FIELDS}

    @api.model
    def _check_given(self, vals_list):
        """An empty cell of an import would be a 0, the worst of recommendations; 4.9 a 4."""
        for vals in vals_list:
            value = vals.get("value", 0)
            if value in (None, "") or value is False:
                raise ValidationError(
                    self.env._(
                        "The rating is empty. Enter the number that was given, or leave "
                        "the row out."
                    )
                )
            if given.number(self.env, value) % 1:
                raise ValidationError(
                    self.env._(
                        "The rating %(value)s is no whole number, and ratings are not "
                        "rounded. Enter the number that the customer gave.",
                        value=value,
                    )
                )

    @api.constrains("date")
    def _check_date(self):
        # Clocks and time zones of the sources differ.
        latest = fields.Datetime.now() + timedelta(days=1)
        if any(rating.date > latest for rating in self):
            raise ValidationError(
                self.env._("The customer cannot have said it later than now.")
            )

    @api.model
    def _get_known(self, vals_list):
        """The ratings that are there already, by (company, source, reference)."""
        known = self.search(
            [
                (
                    "external_ref",
                    "in",
                    [str(v.get("external_ref")) for v in vals_list],
                ),
                ("source", "in", [v.get("source") for v in vals_list]),
            ]
        )
        return {(r.company_id.id, r.source, r.external_ref): r for r in known}

    def _store_answers(self):
        """Make each rating an answer of the shipped survey, or its answer what it says now."""
        survey = self.env.ref(
            "customer_satisfaction.survey_ratings", raise_if_not_found=False
        )
        if not survey or not self:
            return
        # sudo: nobody writes answers but through what they come from, as here
        ratings = self.sudo()
        survey = survey.sudo()
        known = ratings.filtered("user_input_id")
        known.user_input_id.user_input_line_ids.unlink()
        for rating in known:
            rating.user_input_id.write(rating._prepare_answer_values(survey))
        # Once for all of them: takes the scores from what was chosen.
        known.user_input_id.write({"state": "done"})
        new = ratings - known
        answers = self.env["survey.user_input"].sudo()
        answers = answers.with_context(tracking_disable=True).create(
            [{**r._prepare_answer_values(survey), "state": "done"} for r in new]
        )
        for rating, answer in zip(new, answers, strict=True):
            rating.user_input_id = answer

    def _prepare_answer_values(self, survey):
        self.ensure_one()
        question = survey._get_metric_question(self.metric)
        if question.question_type == "scale":
            chosen = {"answer_type": "scale", "value_scale": self.value}
        else:
            option = question.suggested_answer_ids.filtered(
                lambda o: o.satisfaction_grade == self.value
            )
            chosen = {
                "answer_type": "suggestion",
                "suggested_answer_id": option[:1].id,
            }
        lines = [{"question_id": question.id, **chosen}]
        comment = survey._get_comment_question()
        if self.comment and comment:
            lines.append(
                {
                    "question_id": comment.id,
                    "answer_type": "text_box",
                    "value_text_box": self.comment,
                }
            )
        return {
            "survey_id": survey.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "nickname": self.author or self.partner_id.name,
            "product_id": self.product_id.id,
            "answer_method": "import",
            "survey_method": self.source,
            "event_date": self.date,
            "end_datetime": self.date,
            "user_input_line_ids": [Command.create(line) for line in lines],
        }
