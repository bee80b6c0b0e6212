from collections import defaultdict
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.customer_complaint.tools import given

from .satisfaction_results import QUARTERS
from .survey_user_input import SURVEY_METHODS

# What can be filtered by; the last two on pages about customers and drivers.
FILTERS = (
    *("period", "survey", "plan", "method", "is_fresh", "metric", "by", "order"),
    *("scale", "cut", "cross"),
)


class Scope(NamedTuple):
    """Which scored answers are looked at: what was asked for, checked and read once."""

    filters: dict
    domain: Domain  # of scores, of whatever date
    families: dict  # newest version of a survey -> all its versions
    questions: models.BaseModel  # those that measure something
    before: fields.Datetime | None
    start: fields.Datetime
    end: fields.Datetime
    is_anonymous: bool
    choices: list  # newest versions of all surveys that could be chosen

    @property
    def surveys(self):
        """All versions of all chosen surveys."""
        return self.questions.env["survey.survey"].union(*self.families.values())

    def period(self):
        """Domain of the scores of the period."""
        return Domain("date", ">=", self.start) & Domain("date", "<", self.end)


class CustomerSatisfactionResults(models.AbstractModel):
    """What is asked for, and what else can be."""

    _inherit = "customer.satisfaction.results"

    # ------------------------------------------------------------------
    # What is asked for
    # ------------------------------------------------------------------
    @api.model
    def _get_periods(self):
        return {
            "30_days": self.env._("30 days"),
            "quarter": self.env._("This quarter"),
            "last_quarter": self.env._("Last quarter"),
            "12_months": self.env._("12 months"),
            "all": self.env._("All"),
        }

    @api.model
    def _get_scales(self):
        return {
            "own": self.env._("as asked"),
            "5": self.env._("of 5"),
            "10": self.env._("of 10"),
            "50": self.env._("of 50"),
            "100": self.env._("of 100"),
        }

    @api.model
    def _read_scope(self, filters):
        """Check what is asked for and read the surveys and questions it is about."""
        self.env["customer.satisfaction.score"].check_access("read")
        self._check_filters(filters)
        filters = {
            "period": "12_months",
            "survey": False,
            "plan": False,
            "method": False,
            "is_fresh": False,
            "metric": False,
            "by": False,
            "order": "size",
            "scale": "own",
            **(filters or {}),
        }
        for name in ("survey", "plan"):
            filters[name] = given.key(self.env, filters[name])
        self._check_choice(filters["period"], self._get_periods())
        self._check_choice(filters["scale"], self._get_scales())
        self._check_choice(filters["order"], {"size": 1, "worst": 1})
        families = self._get_families()
        choices = list(families)
        if filters["survey"]:
            families = {
                newest: versions
                for newest, versions in families.items()
                if filters["survey"] in versions.ids
            }
            filters["survey"] = next(iter(families)).id if families else False
        else:
            # They are shown in another way: see `satisfaction_results_anonymous.py`.
            families = {
                newest: versions
                for newest, versions in families.items()
                if not newest.is_anonymous
            }
        is_anonymous = any(newest.is_anonymous for newest in families)
        if is_anonymous:
            # A narrow choice, or two that overlap, would tell single answers apart.
            filters.update(plan=False, method=False, is_fresh=False, period="12_months")
        before, start, end = self._get_moments(filters["period"])
        domain = Domain("is_counted", "=", True)
        domain &= Domain(
            "survey_id", "in", [s.id for family in families.values() for s in family]
        )
        if filters["plan"]:
            domain &= Domain("plan_id", "=", filters["plan"])
        if filters["method"]:
            self._check_choice(filters["method"], dict(SURVEY_METHODS))
            domain &= Domain("survey_method", "=", filters["method"])
        if filters["is_fresh"]:
            domain &= Domain("user_input_id.is_stale", "=", False)
        if is_anonymous:
            told = self.with_context(tz="UTC")
            before, (start, end) = None, told._get_told_period()
            domain = told._get_told_domain(domain, start, end)
        return Scope(
            filters=filters,
            domain=domain,
            families=families,
            questions=self._search_questions(families),
            before=before,
            start=start,
            end=end,
            is_anonymous=is_anonymous,
            choices=choices,
        )

    @api.model
    def _check_filters(self, filters):
        """Callers over the API may give anything."""
        if not isinstance(filters or {}, dict) or any(
            not isinstance(value, str | int | None)
            for value in (filters or {}).values()
        ):
            raise UserError(
                self.env._(
                    "Filters are names with one value each, for example "
                    '{"period": "30_days"}. Leave out what is not chosen.'
                )
            )
        for name in filters or {}:
            self._check_choice(name, FILTERS)

    @api.model
    def _check_choice(self, value, known):
        if not isinstance(value, str) or value not in known:
            raise UserError(
                self.env._(
                    "There is no choice called %(value)s. Choose one of %(known)s.",
                    value=value,
                    known=", ".join(known),
                )
            )

    @api.model
    def _get_families(self):
        """Satisfaction surveys by their newest version."""
        surveys = (
            self.env["survey.survey"]
            .with_context(active_test=False)
            .search_fetch(
                [("is_satisfaction", "=", True)],
                ["title", "version", "previous_version_id", "is_anonymous", "active"],
                order="title, id",
            )
        )
        following = {s.previous_version_id: s for s in surveys if s.previous_version_id}
        families = defaultdict(surveys.browse)
        for survey in surveys:
            newest = survey
            while newest in following:
                newest = following[newest]
            families[newest] |= survey
        return dict(families)

    @api.model
    def _search_questions(self, families):
        surveys = self.env["survey.survey"].concat(*families.values())
        return self.env["survey.question"].search_fetch(
            [("survey_id", "in", surveys.ids), ("satisfaction_metric", "!=", False)],
            [
                "title",
                "sequence",
                "survey_id",
                "satisfaction_metric",
                "dimension_id",
                "item_id",
                "satisfaction_weight",
                "effort_direction",
                "pair_question_id",
                "scale_min",
                "scale_max",
            ],
            order="survey_id desc, sequence, id",
        )

    @api.model
    def _get_today(self):
        return fields.Date.context_today(self)

    @api.model
    def _to_utc(self, day):
        return self.env["customer.complaint.dashboard"]._to_utc(day)

    @api.model
    def _get_moments(self, period):
        """Beginning of the period before (None: there is none), of the period, and its end."""
        today = self._get_today()
        tomorrow = today + relativedelta(days=1)
        quarter = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1)
        three = relativedelta(months=3)
        before, start, end = {
            "30_days": (
                today - relativedelta(days=59),
                today - relativedelta(days=29),
                tomorrow,
            ),
            "quarter": (quarter - three, quarter, tomorrow),
            "last_quarter": (quarter - 2 * three, quarter - three, quarter),
            "12_months": (
                today + relativedelta(years=-2, days=1),
                today + relativedelta(years=-1, days=1),
                tomorrow,
            ),
            "all": (None, fields.Date.to_date("2000-01-01"), tomorrow),
        }[period]
        return before and self._to_utc(before), self._to_utc(start), self._to_utc(end)

    @api.model
    def _get_month_starts(self):
        """First days of the months that the trend and the quarters need, and the next one."""
        today = self._get_today()
        quarter = today.replace(day=1, month=(today.month - 1) // 3 * 3 + 1)
        first = quarter - relativedelta(months=3 * (QUARTERS + 3))
        days = [first]
        while days[-1] <= today:
            days.append(days[-1] + relativedelta(months=1))
        return days

    @api.model
    def _get_quarter_starts(self):
        return self._get_month_starts()[:-1:3]

    @api.model
    def _get_answers_domain(self, scope):
        """All answers that the filters are about, also those that count nowhere."""
        domain = (
            Domain("survey_id", "in", scope.surveys.ids)
            & Domain("state", "=", "done")
            & Domain("end_datetime", ">=", scope.start)
            & Domain("end_datetime", "<", scope.end)
        )
        if scope.filters["plan"]:
            domain &= Domain("plan_id", "=", scope.filters["plan"])
        if scope.filters["method"]:
            domain &= Domain("survey_method", "=", scope.filters["method"])
        if scope.filters["is_fresh"]:
            domain &= Domain("is_stale", "=", False)
        return domain

    # ------------------------------------------------------------------
    # What can be chosen
    # ------------------------------------------------------------------
    @api.model
    def _describe_scope(self, scope):
        """What was asked for and what else could be, in words."""
        plans = self.env["customer.satisfaction.plan"].search_fetch(
            [], ["name"], order="name, id"
        )
        return {
            "filters": scope.filters,
            "base": False if scope.is_anonymous else list(scope.domain),
            "is_anonymous": scope.is_anonymous,
            "options": {
                "periods": self._get_periods(),
                "scales": self._get_scales(),
                "surveys": [
                    {"id": newest.id, "name": newest.title} for newest in scope.choices
                ],
                "plans": [{"id": plan.id, "name": plan.name} for plan in plans],
                "methods": self._get_methods(),
                "breakdowns": {
                    code: part.name
                    for code, part in self._get_breakdowns(scope).items()
                },
            },
        }

    @api.model
    def _get_methods(self):
        field = self.env["survey.user_input"]._fields["survey_method"]
        return dict(field._description_selection(self.env))
