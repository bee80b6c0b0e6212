import random
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, format_list

from ..tools import sample_stories

# Module part of the XML ids by which the sample is known again; no addon has this name.
SAMPLE = "__sample__"
SIZE = 300
DAYS = 365
# The wave: damaged goods of one series, so many days ago; the packing was changed after it.
WAVE_DAYS = range(85, 126)
ORDERS_PER_COMPLAINT = 0.4
ROLE_GROUPS = {
    "manager": "customer_complaint.group_complaint_manager",
    "lead": "customer_complaint.group_complaint_lead",
    "user": "customer_complaint.group_complaint_user",
    "seller": "sales_team.group_sale_salesman",
    "accountant": "account.group_account_invoice",
}
# Users of the addons' demo data, who are let into the European company.
DEMO_USERS = {
    "user_submitter": "seller",
    "user_handler": "user",
    "user_lead": "lead",
    "user_manager": "manager",
    "user_accountant": "accountant",
}
RATES = {  # units of a currency for one of the company's, and how it moved within the year
    "EUR": {"USD": (1.12, 0.05), "GBP": (0.86, -0.02), "CNY": (8.0, 0.2)},
    "CNY": {"USD": (0.139, 0.002), "EUR": (0.125, -0.003), "GBP": (0.108, -0.002)},
}


@dataclass
class Site:
    """A sample company while it is being built."""

    world: sample_stories.World
    rng: random.Random
    now: object
    company: object
    teams: dict = field(default_factory=dict)  # key -> team
    people: dict = field(default_factory=dict)  # (team key, role) -> users
    products: list = field(default_factory=list)  # (product, kind, in the wave)
    partners: list = field(default_factory=list)
    orders: object = None
    used: Counter = field(default_factory=Counter)  # complaints by order
    complaints: object = None
    pairs: list = field(default_factory=list)  # (complaint, Course)

    def get_accountant(self):
        """The colleague who posts; last, after those of the addons' demo data."""
        return self.people["", "accountant"][-1:]

    def moment(self, days):
        """So many days before now, at an office hour."""
        ago = timedelta(days=days, hours=self.rng.uniform(0, 24))
        return self.in_office(self.now - ago)

    def in_office(self, moment, earliest=None):
        """`moment`, or an office hour of the same day when it lies at night."""
        offset = timedelta(hours=self.world.utc_offset)
        local = moment + offset
        if not 8 <= local.hour < 18:
            moment = (
                local.replace(
                    hour=self.rng.randrange(8, 18), minute=self.rng.randrange(60)
                )
                - offset
            )
        least = (earliest or moment) + timedelta(minutes=self.rng.randrange(12, 90))
        moment = max(moment, least) if earliest else moment
        return min(moment, self.now - timedelta(minutes=5))

    def between(self, start, end):
        """An office hour between two moments."""
        span = max((end - start).total_seconds(), 0) * self.rng.random()
        return self.in_office(start + timedelta(seconds=span), start)


class CustomerComplaintSample(models.TransientModel):
    """Sample data: two invented companies with a year of complaints, loaded and removed at will.

    Deterministic but for the moment of loading. What it creates goes through `_make`, which
    notes it for the removal. Other addons add their share in `_prepare_*` and in
    `_fill_company`, `_create_confirmations`.
    """

    _name = "customer.complaint.sample"
    _description = "Sample Data"

    is_loaded = fields.Boolean(compute="_compute_is_loaded")
    summary = fields.Text(compute="_compute_is_loaded")

    def _compute_is_loaded(self):
        companies = self._get_companies()
        self.is_loaded = bool(companies)
        self.summary = self._get_summary() if companies else False

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------
    def action_load(self):
        """Create the sample companies; refused when they are there already.

        :raises AccessError: for anybody but an administrator
        """
        self._check_administrator()
        self._load()
        return self._get_result(
            self.env._(
                "The sample companies %(names)s are ready. Choose them at the top right, "
                "in the company menu.",
                names=format_list(self.env, self._get_companies().mapped("name")),
            )
        )

    def action_remove(self):
        """Remove the sample companies and everything in them.

        :raises AccessError: for anybody but an administrator
        """
        self._check_administrator()
        kept = self._remove()
        return self._get_result(
            kept or self.env._("The sample data is removed."), sticky=bool(kept)
        )

    def _check_administrator(self):
        if not self.env.su and not self.env.user.has_group("base.group_system"):
            raise AccessError(
                self.env._(
                    "Sample data brings companies and users along. Ask an administrator "
                    "to load or remove it."
                )
            )

    def _get_result(self, message, sticky=False):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "warning" if sticky else "success",
                "sticky": sticky,
                # The company menu must be read again.
                "next": {"type": "ir.actions.act_window_close"}
                if sticky
                else {"type": "ir.actions.client", "tag": "reload"},
            },
        }

    # ------------------------------------------------------------------
    # What is known to be sample
    # ------------------------------------------------------------------
    def _get_known(self, model):
        """Records of a model that the generator made and that still exist."""
        data = (
            self.env["ir.model.data"]
            .sudo()
            .search([("module", "=", SAMPLE), ("model", "=", model)])
        )
        return (
            self.env[model]
            .sudo()
            .with_context(active_test=False)
            .browse(data.mapped("res_id"))
            .exists()
        )

    def _get_companies(self):
        return self._get_known("res.company").filtered("active")

    def _get_summary(self):
        """What is in the sample companies now, in one sentence."""
        inside = [("company_id", "in", self._get_companies().ids)]

        def count(model):
            return self.env[model].sudo().search_count(inside)

        return self.env._(
            "%(companies)s: %(complaints)s complaints, %(orders)s sales orders, "
            "%(moves)s invoices.",
            companies=format_list(self.env, self._get_companies().mapped("name")),
            complaints=count("customer.complaint"),
            orders=count("sale.order"),
            moves=count("account.move"),
        )

    def _make(self, model, vals_list, **context):
        """Create records and note them as sample."""
        records = self.env[model].with_context(**context).create(vals_list)
        self._note(records)
        return records

    def _note(self, records):
        table = records._table
        self.env["ir.model.data"].create(
            [
                {
                    "module": SAMPLE,
                    "name": f"{table}_{record.id}",
                    "model": record._name,
                    "res_id": record.id,
                    "noupdate": True,
                }
                for record in records
            ]
        )

    # ------------------------------------------------------------------
    # Loading
    # ------------------------------------------------------------------
    def _load(self, size=SIZE):
        """Create both companies with `size` complaints in one transaction.

        :param int size: number of complaints
        :raises UserError: when the sample is there already
        """
        if self._get_known("res.company"):
            raise UserError(
                self.env._(
                    "The sample data is loaded already. Remove it first to load it anew."
                )
            )
        now = fields.Datetime.now().replace(second=0, microsecond=0)
        # sudo: only administrators come here; companies, users and history are made for them
        maker = self.sudo().with_context(
            complaint_history=True,
            tracking_disable=True,
            mail_create_nosubscribe=True,
            mail_notrack=True,
            no_reset_password=True,
            mail_activity_quick_update=True,
            # No country may bring a localisation along while this transaction is open.
            chart_template_load=True,
            lang="en_US",
            tz="UTC",
        )
        for world in sample_stories.WORLDS:
            rng = random.Random(f"{world.key}-{size}")
            site = Site(world, rng, now, maker._create_company(world))
            maker.with_company(site.company)._fill_company(
                site, round(size * world.share)
            )

    def _fill_company(self, site, count):
        """Hook: everything inside one company; other addons add to it.

        :param Site site: the company and what was made of it so far
        :param int count: number of complaints
        """
        self._create_rates(site)
        self._create_people(site)
        self._create_products(site)
        self._create_customers(site)
        self._create_orders(site, max(round(count * ORDERS_PER_COMPLAINT), 4))
        self._create_complaints(site, count)
        self._create_credit_notes(site)

    def _create_company(self, world):
        currencies = (
            self.env["res.currency"]
            .with_context(active_test=False)
            .search([("name", "in", ["USD", "GBP", "EUR", "CNY"])])
        )
        self._switch_on(currencies.filtered(lambda c: not c.active))
        currency = currencies.filtered(lambda c: c.name == world.currency)
        country = self.env.ref(f"base.{world.country.lower()}")
        values = {
            "name": world.name,
            "currency_id": currency.id,
            "country_id": country.id,
            "street": world.street,
            "city": world.city,
            "zip": world.zip,
            "phone": world.phone % 0,
            "email": f"service@{world.domain}",
            "complaint_credit_approval_amount": world.approval,
        }
        if "iap_enrich_auto_done" in self.env["res.company"]._fields:
            values["iap_enrich_auto_done"] = True  # nothing is asked on the internet
        company = self._make("res.company", [values])
        self.env["account.chart.template"].try_loading("generic_coa", company=company)
        company.currency_id = currency
        for name, known in company._fields.items():
            # Numbering that belongs to the company without saying so.
            if known.type == "many2one" and known.comodel_name == "ir.sequence":
                self._note(company[name])
        company.partner_id.lang = self._get_lang(world)
        return company

    def _switch_on(self, currencies):
        """Activate currencies; core makes pricelists for all companies with the first one."""
        if not currencies:
            return
        Pricelist = self.env["product.pricelist"].with_context(active_test=False)
        everything = [("id", "!=", False)]
        before = Pricelist.search(everything)
        group = self.env.ref("product.group_product_pricelist")
        was_on = group in self.env.ref("base.group_user").all_implied_ids
        currencies.active = True
        self._note(currencies)
        self._note(Pricelist.search(everything) - before)
        if not was_on:
            self._note(group)

    def _get_lang(self, world):
        installed = dict(self.env["res.lang"].get_installed())
        return world.lang if world.lang in installed else "en_US"

    def _create_rates(self, site):
        currencies = {
            c.name: c for c in self.env["res.currency"].search([("active", "=", True)])
        }
        today = site.now.date()
        self._make(
            "res.currency.rate",
            [
                {
                    "name": today - timedelta(days=30 * month),
                    "currency_id": currencies[code].id,
                    "company_id": site.company.id,
                    "company_rate": round(rate - drift * month / 13, 4),
                }
                for code, (rate, drift) in RATES[site.world.currency].items()
                for month in range(14)
            ],
        )

    # ------------------------------------------------------------------
    # People
    # ------------------------------------------------------------------
    def _prepare_user_values(self, site, name, local, role, extension):
        """Hook: values of a colleague; `role` is a key of ROLE_GROUPS."""
        world = site.world
        return {
            "name": name,
            "login": f"{local}@{world.domain}",
            "email": f"{local}@{world.domain}",
            "phone": world.phone % extension,
            "lang": self._get_lang(world),
            "tz": "Asia/Shanghai" if world.utc_offset == 8 else "Europe/Berlin",
            "notification_type": "inbox",
            "company_id": site.company.id,
            "company_ids": [Command.set(site.company.ids)],
            "group_ids": [
                Command.set(
                    [
                        self.env.ref("base.group_user").id,
                        self.env.ref(ROLE_GROUPS[role]).id,
                    ]
                )
            ],
        }

    def _get_demo_user(self, name):
        user = self.env.ref(f"customer_complaint.{name}", raise_if_not_found=False)
        return (user or self.env["res.users"]).filtered("active")

    def _create_people(self, site):
        """Colleagues without password, teams with leaders and members; demo users join in."""
        world = site.world
        users = self._make(
            "res.users",
            [
                self._prepare_user_values(site, name, local, role, 10 + number)
                for number, (name, local, _team, role) in enumerate(world.staff)
            ],
        )
        self._note(users.partner_id)
        nobody = self.env["res.users"]
        for user, (_name, _local, team, role) in zip(users, world.staff, strict=True):
            key = (team, role)
            site.people[key] = site.people.get(key, nobody) + user
        for name, role in DEMO_USERS.items():
            user = self._get_demo_user(name)
            if not user:
                continue
            if site.world is sample_stories.EUROPE:
                user.company_ids += site.company
                user.company_id = site.company
                key = ({"user": "service", "lead": "service"}.get(role, ""), role)
                site.people[key] = user + site.people.get(key, nobody)
            elif role == "manager":
                user.company_ids += site.company
        head = None
        for key, name in world.teams.items():
            leaders = site.people.get((key, "lead"), nobody) + site.people.get(
                (key, "manager"), nobody
            )
            members = leaders + site.people.get((key, "user"), nobody)
            team = self._make(
                "customer.complaint.team",
                [
                    {
                        "name": name,
                        "company_id": site.company.id,
                        "sequence": 90 if key == "head" else 1,
                        "tier": "1" if key == "head" else "2",
                        "parent_id": head.id if head else False,
                        "leader_id": leaders[:1].id,
                        "member_ids": [Command.set(members.ids)],
                    }
                ],
            )
            site.teams[key] = team
            head = head or team

    @contextmanager
    def _dated(self, moment):
        """What is written about documents within was written at that moment."""
        Message = self.env["mail.message"]
        last = Message.search([], order="id desc", limit=1).id
        yield
        messages = Message.search([("id", ">", last)])
        messages.date = moment
        self._set_created(messages, [moment] * len(messages))

    def _set_created(self, records, moments):
        """Records of the past were created in the past."""
        if not records:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s t SET create_date = v.at "
                "FROM unnest(%s, %s::timestamp[]) AS v(id, at) WHERE t.id = v.id",
                SQL.identifier(records._table),
                records.ids,
                list(moments),
            )
        )
        records.invalidate_recordset(["create_date"], flush=False)
