from datetime import timedelta

from odoo import models
from odoo.fields import Command

from .customer_complaint_sample import DAYS, RATES, WAVE_DAYS

CREDITS_PER_COMPLAINT = 2 / 15
CREDITED = ("product", "delivery", "price", "policy")  # starts of categories
# What becomes of a request for a credit note. The youngest, newest first: share, days ago.
YOUNG_CREDITS = {
    "waiting": (0.22, (0.3, 4)),
    "draft": (0.1, (5, 9)),
    "fresh": (0.1, (10, 20)),
}
# And the others, in turn.
FATES = ("paid", "paid", "posted", "paid", "cancelled", "paid", "posted", "paid")


class CustomerComplaintSample(models.TransientModel):
    """What the sample companies sell: customers, products, orders, invoices, credit notes."""

    _inherit = "customer.complaint.sample"

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
        currencies = {
            c.name: c for c in self.env["res.currency"].search([("active", "=", True)])
        }
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
        """Invoices a few days after the order, posted by the accountant of the company."""
        orders = site.orders.filtered(lambda order: site.rng.random() < 0.7)
        invoices = orders._create_invoices(grouped=True)
        for invoice in invoices:
            order = invoice.line_ids.sale_line_ids.order_id
            day = order.date_order + timedelta(days=site.rng.randrange(1, 8))
            invoice.invoice_date = min(day, site.now).date()
        self._note(invoices)
        invoices.sorted("invoice_date").with_user(site.get_accountant()).action_post()

    # ------------------------------------------------------------------
    # Money back
    # ------------------------------------------------------------------
    def _create_credit_notes(self, site):
        """Requests of the handlers and what accounting made of them, each by who may do it."""
        found = sorted(self._find_creditable(site), key=lambda row: row[1])
        wanted = min(round(len(site.complaints) * CREDITS_PER_COMPLAINT), len(found))
        recent = round(wanted * sum(share for share, _days in YOUNG_CREDITS.values()))
        old = len(found) - recent
        chosen = sorted(site.rng.sample(range(old), wanted - recent))
        fates = [FATES[number % len(FATES)] for number in range(len(chosen))]
        for fate, (share, _days) in reversed(YOUNG_CREDITS.items()):
            fates += [fate] * round(wanted * share)
        chosen += range(old, len(found))
        for index, fate in zip(chosen, fates, strict=False):
            self._create_credit(site, *found[index], fate)

    def _find_creditable(self, site):
        """(complaint, moment, course, invoice line) where the customer was right about money."""
        for complaint, course in site.pairs:
            if (
                complaint.decision not in ("justified", "partly")
                or course.story.category.partition("_")[0] not in CREDITED
            ):
                continue
            told_at = complaint.outcome_at or site.now
            middle = complaint.received_at + (told_at - complaint.received_at) / 2
            moment = max(site.in_office(middle), complaint.received_at)
            line = complaint.line_ids.order_line_id.invoice_lines.filtered(
                lambda i, at=moment: i.parent_state == "posted"
                and i.move_id.invoice_date <= at.date()
            )
            if complaint.user_id and line:
                yield complaint, moment, course, line[0]

    def _create_credit(self, site, complaint, moment, course, line, fate):
        """One request, and what became of it in the days after."""
        rng, world = site.rng, site.world
        accountant = site.get_accountant()
        # Each step forgets what was read: read again for this one, not for all.
        complaint, line = complaint.with_prefetch(), line.with_prefetch()
        if fate in YOUNG_CREDITS:
            # Asked for after the outcome was told: it waits for days, not for weeks.
            days = rng.uniform(*YOUNG_CREDITS[fate][1])
            moment = max(moment, site.in_office(site.now - timedelta(days=days)))
        wish = self._prepare_credit_wish(site, complaint, course, line, fate)
        if not wish:
            return
        with self._dated(moment):
            request = self.env["customer.complaint.credit.request"].browse(
                complaint.with_user(complaint.user_id)
                .with_context(ir_sequence_date=moment.date())
                .request_credit_note(
                    line.move_id.id,
                    rng.choice(
                        world.credit_goods if "lines" in wish else world.credit_amounts
                    ),
                    # Kept only where the comparison, which depends on the day, asks why.
                    deviation_reason=world.credit_deviation,
                    **wish,
                )
            )
        self._note(request)
        self._set_created(request, [moment])
        if request.state == "to_approve" and (fate != "waiting" or rng.random() < 0.5):
            judges = complaint.team_id.leader_id + site.people["head", "manager"]
            moment = site.between(moment, moment + timedelta(hours=20))
            request.with_user((judges - request.user_id)[:1]).action_approve()
            request.approved_at = moment
        if fate == "waiting":
            return
        moment = site.between(moment, moment + timedelta(days=4))
        if fate == "cancelled":
            with self._dated(moment):
                request.with_user(accountant)._cancel(world.credit_cancelled)
            return
        if fate == "posted":
            # The invoice is paid: the customer waits for his money.
            self.env["account.payment.register"].with_user(accountant).with_context(
                active_model="account.move", active_ids=line.move_id.ids
            ).create({"payment_date": line.move_id.invoice_date})._create_payments()
        with self._dated(moment):
            request.with_user(accountant).action_create_credit_note()
            note = request.allocation_ids.move_id
            note.invoice_date = moment.date()
            if fate != "draft":
                note.with_user(accountant).action_post()
        for records in (note, request.allocation_ids):
            self._set_created(records, [moment])

    def _prepare_credit_wish(self, site, complaint, course, line, fate):
        """What the handler asks for: pieces or an amount; None when too little is left."""
        rng = site.rng
        invoice = next(
            values
            for values in complaint.get_creditable_invoices()
            if values["id"] == line.move_id.id
        )
        left = {row["id"]: row["creditable_quantity"] for row in invoice["lines"]}
        pieces = min(complaint.line_ids.quantity, left.get(line.id, 0))
        price = line.price_total / line.quantity
        by_line = course.story.category.startswith("product") and (
            fate == "waiting"
            or (complaint.decision == "justified" and rng.random() < 0.7)
        )
        if by_line and pieces and pieces * price <= invoice["creditable"]:
            return {"lines": {line.id: pieces}}
        amount = max(round(line.price_total * rng.choice((0.05, 0.1, 0.15)) / 5), 1) * 5
        return {"amount": amount} if amount <= invoice["creditable"] else None
