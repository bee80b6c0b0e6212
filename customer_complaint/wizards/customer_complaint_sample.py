import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..models.customer_complaint_stage import CLOSED_TYPES
from ..tools import due_times, sample_stories

# Module part of the XML ids by which the sample is known again; no addon has this name.
SAMPLE = "__sample__"
SIZE = 300
DAYS = 365
# The wave: damaged goods of one series, so many days ago; the packing was changed after it.
WAVE_DAYS = range(85, 126)
ORDERS_PER_COMPLAINT = 0.4
MOST_PER_ORDER = 2
WEEKDAY_WEIGHTS = (1.5, 1.3, 1.2, 1.2, 1.1, 0.5, 0.3)
SEASON_WEIGHTS = (1.0, 0.9, 1.0, 1.0, 1.0, 0.9, 0.7, 0.7, 1.0, 1.1, 1.4, 1.5)
OPEN_SHARE = 0.085
# Where open complaints stand, and the hours from now to what is due next (negative: late).
OPEN_KINDS = (
    ("received", 40),
    ("received", 9),
    ("received", -3),
    ("assessed", 20),
    ("assessed", 5),
    ("assessed", 31),
    ("implementing", 26),
    ("implementing", 6),
    ("implementing", -15),
    ("implementing", 44),
    ("feedback", None),
    ("feedback", None),
)
CHANNELS = {
    "email": 30,
    "phone": 25,
    "hotline": 8,
    "portal": 8,
    "web_form": 9,
    "online_chat": 7,
    "shop": 5,
    "marketplace": 4,
    "social_media": 3,
    "letter": 1,
}
WRITTEN_CHANNELS = ("email", "portal", "web_form", "online_chat", "letter")
ROLE_GROUPS = {
    "manager": "customer_complaint.group_complaint_manager",
    "lead": "customer_complaint.group_complaint_lead",
    "user": "customer_complaint.group_complaint_user",
    "seller": "sales_team.group_sale_salesman",
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

    def moment(self, days):
        """So many days before now, at an office hour."""
        return self.in_office(self.now - timedelta(days=days))

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


@dataclass
class Round:
    """What happened to a complaint in one round."""

    start_at: object
    rows: list = field(default_factory=list)  # (deadline type, due_at, done_at, state)
    answered_at: object = None
    outcome_at: object = None
    ended_at: object = None
    solved: str = ""  # what the confirmation says; "" without one
    grade: int = 0
    misses: list = field(default_factory=list)


@dataclass
class Course:
    """The story of one complaint from receipt to closing."""

    story: sample_stories.Story
    received_at: object
    stage_type: str
    level: object
    team: object
    owner: object
    first_contact: object
    channel: str
    order: object
    product: object
    partner: object
    quantity: int
    decision: str = ""
    rounds: list = field(default_factory=list)
    close_reason: str = ""


class CustomerComplaintSample(models.TransientModel):
    """Sample data: two invented companies with a year of complaints, loaded and removed at will.

    Deterministic but for the moment of loading. What it creates goes through `_make`, which
    notes it for the removal. Other addons add their share in `_prepare_*` and in
    `_fill_company`, `_create_credit_notes`.
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
                names=", ".join(self._get_companies().mapped("name")),
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
            companies=", ".join(self._get_companies().mapped("name")),
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

    def _create_credit_notes(self, site):
        """Hook: credit notes that complaints of `site.complaints` led to."""

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
        before = Pricelist.search([])
        group = self.env.ref("product.group_product_pricelist")
        was_on = group in self.env.ref("base.group_user").all_implied_ids
        currencies.active = True
        self._note(currencies)
        self._note(Pricelist.search([]) - before)
        if not was_on:
            self._note(group)

    def _get_lang(self, world):
        installed = dict(self.env["res.lang"].get_installed())
        return world.lang if world.lang in installed else "en_US"

    def _create_rates(self, site):
        currencies = {c.name: c for c in self.env["res.currency"].search([])}
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

    def _create_customers(self, site):
        world = site.world
        codes = {code for _n, _c, code, _cur, _f in world.customers}
        countries = {
            country.code: country.id
            for country in self.env["res.country"].search([("code", "in", codes)])
        }
        partners = self._make(
            "res.partner",
            [
                {
                    "name": name,
                    "is_company": is_company,
                    "company_id": site.company.id,
                    "city": city,
                    "country_id": countries[code],
                    "email": f"customer{number:02d}@{world.domain}",
                    "phone": world.phone % (100 + number),
                    "lang": self._get_lang(world) if code == world.country else "en_US",
                }
                for number, (name, city, code, _cur, is_company) in enumerate(
                    world.customers, 1
                )
            ],
        )
        site.partners = list(
            zip(partners, [row[3] for row in world.customers], strict=True)
        )
        # One of them looks at his complaints on the portal.
        person = next(p for p in partners if not p.is_company)
        users = self._make(
            "res.users",
            [
                {
                    "partner_id": person.id,
                    "login": person.email,
                    "company_id": site.company.id,
                    "company_ids": [Command.set(site.company.ids)],
                    "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                }
            ],
        )
        site.people["", "portal"] = users

    # ------------------------------------------------------------------
    # What is sold
    # ------------------------------------------------------------------
    def _create_products(self, site):
        products = self._make(
            "product.product",
            [
                {
                    "name": name,
                    "type": "service" if kind == "service" else "consu",
                    "list_price": price,
                    "invoice_policy": "order",
                    "company_id": site.company.id,
                }
                for name, kind, price, _wave in site.world.products
            ],
        )
        self._note(products.product_tmpl_id)
        site.products = [
            (product, kind, wave)
            for product, (_name, kind, _price, wave) in zip(
                products, site.world.products, strict=True
            )
        ]

    def _create_orders(self, site, count):
        """Confirmed orders over 14 months, about two thirds of them invoiced."""
        rng = site.rng
        currencies = {c.name: c for c in self.env["res.currency"].search([])}
        pricelists = {
            code: self._make(
                "product.pricelist",
                [
                    {
                        "name": f"{site.world.name} {code}",
                        "currency_id": currencies[code].id,
                        "company_id": site.company.id,
                    }
                ],
            )
            for code in sorted({currency for _partner, currency in site.partners})
        }
        goods = [product for product, kind, _wave in site.products if kind != "service"]
        in_wave = [product for product, _kind, wave in site.products if wave]
        service = [
            product for product, kind, _wave in site.products if kind == "service"
        ]
        days = sorted(
            (rng.randrange(4, DAYS + 60) for _n in range(count)), reverse=True
        )
        vals_list = []
        for number, day in enumerate(days, 1):
            partner, currency = rng.choice(site.partners)
            rate = RATES[site.world.currency].get(currency, (1.0, 0))[0]
            chosen = rng.sample(goods, rng.choice((1, 1, 2, 3)))
            if in_wave and WAVE_DAYS.start < day < WAVE_DAYS.stop + 45:
                chosen = list(dict.fromkeys([rng.choice(in_wave), *chosen]))
            chosen += service if rng.random() < 0.4 else []
            vals_list.append(
                {
                    "name": f"{site.world.key[0].upper()}S{number:05d}",
                    "company_id": site.company.id,
                    "partner_id": partner.id,
                    "pricelist_id": pricelists[currency].id,
                    "user_id": rng.choice(site.people["", "seller"]).id,
                    "date_order": site.moment(day),
                    "state": "sale",
                    "order_line": [
                        Command.create(
                            {
                                "product_id": product.id,
                                "product_uom_qty": 1
                                if product in service
                                else rng.choice((1, 1, 2, 4))
                                if partner.is_company
                                else 1,
                                "price_unit": round(product.list_price * rate),
                            }
                        )
                        for product in chosen
                    ],
                }
            )
        site.orders = self._make("sale.order", vals_list)
        self._create_invoices(site)

    def _create_invoices(self, site):
        """Posted invoices, a few days after the order, as accounting would make them."""
        orders = site.orders.filtered(lambda order: site.rng.random() < 0.7)
        invoices = orders._create_invoices(grouped=True)
        for invoice in invoices:
            order = invoice.line_ids.sale_line_ids.order_id
            day = order.date_order + timedelta(days=site.rng.randrange(1, 8))
            invoice.invoice_date = min(day, site.now).date()
        self._note(invoices)
        # Posted here only, in the generator's own companies and by an administrator.
        invoices.sorted("invoice_date")._post(soft=False)

    # ------------------------------------------------------------------
    # Complaints
    # ------------------------------------------------------------------
    def _create_complaints(self, site, count):
        """Closed complaints over twelve months and open ones of the last days."""
        open_count = max(round(count * OPEN_SHARE), 6)
        courses = [
            self._prepare_closed(site, day, wave)
            for day, wave in self._prepare_days(site, count - open_count)
        ]
        courses += [
            self._prepare_open(
                site, *OPEN_KINDS[number % len(OPEN_KINDS)], urgent=number in (4, 7)
            )
            for number in range(open_count)
        ]
        courses.sort(key=lambda course: course.received_at)
        complaints = self._make(
            "customer.complaint",
            [
                self._prepare_complaint_values(site, course, number)
                for number, course in enumerate(courses, 1)
            ],
        )
        self._set_created(complaints, [course.received_at for course in courses])
        pairs = list(zip(complaints, courses, strict=True))
        self._create_ledger(site, pairs)
        self._create_contacts(site, pairs)
        self._create_messages(site, pairs)
        site.complaints = complaints

    def _prepare_days(self, site, count):
        """(days ago, in the wave) of each closed complaint."""
        rng = site.rng
        today = site.now.date()
        days = list(range(11, DAYS))
        weights = [
            WEEKDAY_WEIGHTS[day.weekday()] * SEASON_WEIGHTS[day.month - 1]
            for day in (today - timedelta(days=ago) for ago in days)
        ]
        in_wave = 0
        if any(wave for _product, _kind, wave in site.products):
            in_wave = round(count * 0.2)
        waves = [rng.choice(WAVE_DAYS) for _n in range(in_wave)]
        usual = rng.choices(days, weights, k=count - in_wave)
        return [(day, False) for day in usual] + [(day, True) for day in waves]

    def _prepare_subject(self, site, received_at, wave, urgent):
        """What went wrong with which product of which order: the first fields of a course."""
        rng = site.rng
        stories = [
            story
            for story in site.world.stories
            if (story.wave or not wave) and (story.level == 1 or not urgent)
        ]
        story = rng.choices(stories, [s.weight for s in stories])[0]
        wanted = [
            product
            for product, kind, in_wave in site.products
            if (kind in story.kinds if story.kinds else kind != "service")
            and (in_wave or not wave)
        ]
        orders = site.orders.filtered(
            lambda o: timedelta(days=2)
            < received_at - o.date_order
            < timedelta(days=75)
            and site.used[o] < MOST_PER_ORDER
            and any(line.product_id in wanted for line in o.order_line)
        )
        if orders:
            order = rng.choice(orders)
            site.used[order] += 1
            lines = order.order_line.filtered(lambda line: line.product_id in wanted)
            line = rng.choice(lines)
            product, partner = line.product_id, order.partner_id
            quantity = int(line.product_uom_qty)
        else:
            order = site.orders.browse()
            product = rng.choice(wanted)
            partner, _currency = rng.choice(site.partners)
            quantity = rng.choice((1, 1, 2))
        return story, order, product, partner, quantity

    def _prepare_course(self, site, received_at, stage_type, wave=False, urgent=False):
        rng = site.rng
        story, order, product, partner, quantity = self._prepare_subject(
            site, received_at, wave, urgent
        )
        key = (
            "delivery"
            if story.category.startswith("delivery")
            else "workshop"
            if story.category.startswith("product") and rng.random() < 0.4
            else "service"
        )
        staff = site.people[key, "user"] + site.people[key, "lead"]
        weights = [4] * len(site.people[key, "user"]) + [1] * len(
            site.people[key, "lead"]
        )
        levels = self.env["customer.complaint.level"].search(
            [("company_id", "in", [site.company.id, False])]
        )
        level = levels.filtered(lambda lev: lev.rank == story.level)[:1] or levels[-1:]
        justified = not story.not_justified or rng.random() < 0.72
        takers = site.people["service", "user"] + site.people["", "seller"]
        return Course(
            story=story,
            received_at=received_at,
            stage_type=stage_type,
            level=level,
            team=site.teams[key],
            owner=rng.choices(staff, weights)[0],
            first_contact=rng.choice(takers),
            channel=rng.choices(list(CHANNELS), CHANNELS.values())[0],
            order=order,
            product=product,
            partner=partner,
            quantity=quantity,
            decision=("justified" if rng.random() < 0.8 else "partly")
            if justified
            else "not_justified",
        )

    def _get_limits(self, site, course):
        policy = self.env["customer.complaint.policy"]
        return dict(policy._get_limits(site.company.id, course.level.rank))

    def _prepare_done(self, site, days_ago, start, due, earliest):
        """When an obligation was met; how reliably depends on the time of the year's story."""
        rng = site.rng
        reliable = (
            0.72 if days_ago in WAVE_DAYS else 0.96 if days_ago < WAVE_DAYS[0] else 0.93
        )
        span = due - start
        if rng.random() < reliable:
            latest = due - span * 0.02
            moment = site.between(max(earliest, start + span * 0.1), latest)
            return min(moment, max(latest, earliest + timedelta(minutes=9)))
        return max(due, earliest) + span * rng.uniform(0.05, 0.9)

    def _prepare_round(self, site, course, start, days_ago):
        """First answer and outcome of a round that came to its end."""
        limits = self._get_limits(site, course)
        done = Round(start_at=start)
        earliest = start
        for kind in ("first_response", "completion"):
            due = due_times.due_after(start, limits.get(kind, 72))
            at = self._prepare_done(site, days_ago, start, due, earliest)
            earliest = at
            if kind in limits:
                done.rows.append((kind, due, at, "done"))
            if kind == "first_response":
                done.answered_at = at
            else:
                done.outcome_at = at
        return done

    def _prepare_closed(self, site, day, wave):
        """A complaint of so many days ago, closed since, some after a second round."""
        rng = site.rng
        course = self._prepare_course(site, site.moment(day), "closed", wave)
        first = self._prepare_round(site, course, course.received_at, day)
        course.rounds.append(first)
        again = (
            day > 30
            and course.story.category.startswith("product")
            and rng.random() < (0.14 if wave else 0.08)
        )
        if again:
            first.solved = "not_solved"
            first.grade = rng.choice((1, 2, 2))
            first.ended_at = site.between(
                first.outcome_at, first.outcome_at + timedelta(days=3)
            )
            ago = (site.now - first.ended_at).days
            course.rounds.append(self._prepare_round(site, course, first.ended_at, ago))
        last = course.rounds[-1]
        days_left = (site.now - last.outcome_at).days
        chance = rng.random()
        if chance < 0.1 and days_left > 12:
            course.close_reason, last.solved = "no_reply", "no_answer"
            last.ended_at = last.outcome_at + timedelta(days=rng.randrange(8, 11))
            last.misses = [
                site.in_office(last.outcome_at + timedelta(days=gap)) for gap in (2, 6)
            ]
        else:
            wait = timedelta(days=min(max(days_left, 0), 4))
            last.ended_at = site.between(last.outcome_at, last.outcome_at + wait)
            if chance < 0.16:
                course.close_reason = "unconfirmed"
            else:
                course.close_reason, last.solved = "confirmed", "solved"
                last.grade = self._prepare_grade(site, course, last)
        return course

    def _prepare_grade(self, site, course, last):
        """Grade of a customer who calls it solved: kept promises and being right help."""
        in_time = all(at <= due for _kind, due, at, _state in last.rows)
        score = 3.7 + 0.8 * in_time - 0.6 * (course.decision == "not_justified")
        score -= 0.6 * (len(course.rounds) - 1)
        return max(3, min(5, round(site.rng.gauss(score, 0.7))))

    def _prepare_open(self, site, stage_type, hours, urgent=False):
        """A complaint in hand: what is due next is due in `hours`."""
        rng, now = site.rng, site.now
        course = self._prepare_course(site, now, stage_type, urgent=urgent)
        if handler := self._get_demo_user("user_handler") & course.team.member_ids:
            course.owner = rng.choice(handler + course.owner)
        limits = self._get_limits(site, course)
        response = timedelta(hours=limits.get("first_response", 48))
        completion = timedelta(hours=limits.get("completion", 72))
        if hours is None:
            received_at = now - completion - timedelta(hours=rng.randrange(30, 120))
        else:
            jitter = rng.uniform(0.7, 1.3) * hours
            length = completion if stage_type == "implementing" else response
            received_at = now + timedelta(hours=jitter) - length
            received_at = min(received_at, now - timedelta(hours=rng.uniform(0.5, 6)))
        if course.order and course.order.date_order > received_at - timedelta(days=1):
            course.order = course.order.browse()
        course.received_at = received_at
        if stage_type == "received":
            course.owner = self.env["res.users"]
        current = Round(start_at=received_at)
        if stage_type in ("implementing", "feedback"):
            current.answered_at = received_at + min(
                response * rng.uniform(0.2, 0.9), (now - received_at) * 0.6
            )
        if stage_type == "feedback":
            current.outcome_at = received_at + completion * rng.uniform(0.92, 0.99)
        for kind, length, at in (
            ("first_response", response, current.answered_at),
            ("completion", completion, current.outcome_at),
        ):
            if kind in limits:
                state = "done" if at else "open"
                current.rows.append((kind, received_at + length, at, state))
        if stage_type != "feedback" and not (
            stage_type == "implementing" and rng.random() < 0.4
        ):
            course.decision = ""
        course.rounds.append(current)
        return course

    def _fill(self, site, course, text):
        day = course.received_at - timedelta(days=12)
        return text.format(
            product=course.product.name,
            order=course.order.name or course.product.name,
            qty=max(course.quantity, 2),
            day=f"{day.month} 月 {day.day} 日"
            if site.world.lang == "zh_CN"
            else f"{day:%B} {day.day}",
        )

    def _prepare_reason(self, site, course):
        story = course.story
        if not course.decision:
            return False
        if len(course.rounds) > 1:
            return site.world.second
        return (
            story.not_justified
            if course.decision == "not_justified"
            else story.justified
        )

    def _prepare_complaint_values(self, site, course, number):
        """Hook: values of one complaint as it stands today."""
        rng = site.rng
        fill = lambda text: self._fill(site, course, text)  # noqa: E731
        last = course.rounds[-1]
        year = course.received_at.year
        lines = course.order.order_line.filtered(
            lambda line: line.product_id == course.product
        )[:1]
        mood = rng.choices(
            ("calm", "confused", "dissatisfied", "angry"),
            ((1, 2, 5, 6), (3, 2, 6, 2), (5, 3, 4, 1))[min(course.level.rank, 3) - 1],
        )[0]
        return {
            "name": f"{site.world.key[:2].upper()}/{year}/{number:05d}",
            "company_id": site.company.id,
            "title": fill(course.story.title),
            "description": fill(rng.choice(course.story.said)),
            "demand": course.story.demand,
            "partner_id": course.partner.id,
            "invoiced_partner_id": course.order.partner_invoice_id.id
            or course.partner.id,
            "order_id": course.order.id,
            "salesperson_id": course.order.user_id.id,
            "received_at": course.received_at,
            "channel_id": self._get_shipped(f"channel_{course.channel}").id,
            "category_id": self._get_shipped(f"category_{course.story.category}").id,
            "emotion_id": self._get_shipped(f"emotion_{mood}").id,
            "level_id": course.level.id,
            "team_id": course.team.id,
            "user_id": course.owner.id,
            "first_contact_id": course.first_contact.id,
            "acknowledge": False,
            "stage_id": self.env["customer.complaint"]
            ._get_stage_of_type(course.stage_type, course.team)
            .id,
            "round": len(course.rounds),
            "round_start_at": last.start_at if len(course.rounds) > 1 else False,
            "decision": course.decision or False,
            "decision_reason": self._prepare_reason(site, course),
            "outcome_at": last.outcome_at or False,
            "closed_at": last.ended_at if course.stage_type in CLOSED_TYPES else False,
            "close_reason": course.close_reason or False,
            "line_ids": [
                Command.create(
                    {
                        "order_line_id": lines.id,
                        "product_id": course.product.id,
                        "quantity": course.quantity,
                        "problem": fill(course.story.title),
                    }
                )
            ],
        }

    def _get_shipped(self, name):
        """A shipped record by its name; empty when somebody deleted it."""
        model = f"customer.complaint.{name.partition('_')[0]}"
        return self.env["customer.complaint"]._get_shipped(name, model).exists()

    # ------------------------------------------------------------------
    # What belongs to complaints
    # ------------------------------------------------------------------
    def _create_ledger(self, site, pairs):
        """Deadlines with their verdicts, and a log of the steps whose time has passed.

        Steps of the past are logged but tell nobody, so that the engine does not do them now.
        """
        now = site.now
        deadlines = self.env["customer.complaint.deadline"].create(
            [
                {
                    "complaint_id": complaint.id,
                    "deadline_type": kind,
                    "round": number,
                    "start_at": done.start_at,
                    "due_at": due,
                    "done_at": at,
                    "state": state,
                    "result": at and due_times.verdict(due, at),
                }
                for complaint, course in pairs
                for number, done in enumerate(course.rounds, 1)
                for kind, due, at, state in done.rows
            ]
        )
        self._set_created(deadlines, deadlines.mapped("start_at"))
        chain = self.env["customer.complaint.escalation.step"]._get_chain()
        passed = []
        for deadline in deadlines:
            planned = []
            for step in chain._applies(
                deadline.deadline_type, deadline.complaint_id.level_rank
            ):
                step_at = step._time(deadline)
                if step_at > (deadline.done_at or now):
                    planned.append(step_at)
                elif step.timing != "before" or deadline.due_at > step_at:
                    passed.append(deadline._prepare_escalation_values(step, step_at))
            if deadline.state == "open":
                deadline.next_step_at = min(planned, default=False)
        rows = self.env["customer.complaint.escalation"].create(passed)
        self._set_created(rows, rows.mapped("step_at"))
        # What is late today is on somebody's list.
        late = rows.filtered(
            lambda r: r.deadline_id.state == "open"
            and r.effect == "activity"
            and r.step_id.timing == "after"
        )
        late._effect_activity()
        deadlines._wake_engine_for_steps()
        deadlines.complaint_id._sync_next_due()

    def _create_contacts(self, site, pairs):
        """Talks that were logged: first answers on the phone, outcomes told, attempts."""
        rng, world = site.rng, site.world
        phone = (
            self._get_shipped("channel_phone")
            or self.env["customer.complaint"]._get_default_channel()
        )
        contacts, confirmations = [], []
        for complaint, course in pairs:
            for number, done in enumerate(course.rounds, 1):
                common = {
                    "complaint_id": complaint.id,
                    "channel_id": phone.id,
                    "user_id": (course.owner or course.first_contact).id,
                }
                if done.answered_at and course.channel not in WRITTEN_CHANNELS:
                    answer = {"date": done.answered_at, "summary": course.story.answer}
                    contacts.append({**common, **answer})
                if done.outcome_at:
                    told = {
                        "date": done.outcome_at,
                        "summary": rng.choice(world.called),
                        "outcome_told": True,
                    }
                    contacts.append({**common, **told})
                contacts += [
                    {
                        **common,
                        "date": at,
                        "reached": False,
                        "summary": rng.choice(world.missed),
                    }
                    for at in done.misses
                ]
                if done.solved:
                    by_portal = done.grade and rng.random() < 0.5
                    confirmations.append(
                        {
                            "complaint_id": complaint.id,
                            "round": number,
                            "date": done.ended_at,
                            "solved": done.solved,
                            "grade": str(done.grade) if done.grade else False,
                            "comment": self._prepare_comment(site, done),
                            "source": "portal" if by_portal else "staff",
                            "user_id": not by_portal and course.owner.id,
                        }
                    )
        talks = self.env["customer.complaint.contact"].create(contacts)
        self._set_created(talks, talks.mapped("date"))
        self.env["customer.complaint.confirmation"].create(confirmations)

    def _prepare_comment(self, site, done):
        """What the customer adds to his grade; many say nothing."""
        world, rng = site.world, site.rng
        if done.solved == "not_solved":
            return world.reopened
        if not done.grade or rng.random() < 0.45:
            return False
        return rng.choice(self._get_comments(world, done.grade))

    def _get_comments(self, world, grade):
        return (
            world.praise if grade > 3 else world.neutral if grade == 3 else world.blame
        )

    def _create_messages(self, site, pairs):
        """The conversation: what the customer wrote, the first answer, the outcome."""
        subtype = self.env.ref("mail.mt_comment")
        vals_list = []

        def say(complaint, at, author, body, kind="comment"):
            vals_list.append(
                {
                    "model": complaint._name,
                    "res_id": complaint.id,
                    "record_name": complaint.display_name,
                    "message_type": kind,
                    "subtype_id": subtype.id,
                    "author_id": author.id,
                    "email_from": author.email_formatted,
                    "date": at,
                    "body": Markup("<p>%s</p>") % body,
                }
            )

        for complaint, course in pairs:
            owner = (course.owner or course.first_contact).partner_id
            first, last = course.rounds[0], course.rounds[-1]
            if course.channel in WRITTEN_CHANNELS:
                kind = "email" if course.channel == "email" else "comment"
                said = complaint.description
                say(complaint, course.received_at, course.partner, said, kind)
                if first.answered_at:
                    say(complaint, first.answered_at, owner, course.story.answer)
            if last.outcome_at:
                say(complaint, last.outcome_at, owner, complaint.decision_reason)
        self.env["mail.message"].create(vals_list)

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
