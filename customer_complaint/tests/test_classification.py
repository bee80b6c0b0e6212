from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import BaseCase, Form, tagged

from ..tools import words
from .common import RECEIPT, ComplaintCommon

# The channels that at least one of the preset lists names.
NAMED_CHANNELS = {
    "phone", "email", "portal", "web_form", "on_site", "letter", "online_chat",
    "social_media", "customer_feedback", "third_party", "system", "feedback_form",
    "fax", "wecom", "dingtalk", "mobile_app", "shop", "hotline", "suggestion_box",
    "paper", "marketplace", "review_site", "forum", "news", "service_desk",
    "service_system", "sms", "written_notice",
}  # fmt: skip
CLASSES = {
    "canonical": 8,
    "cat_000": 5,
    "cat_001": 5,
    "cat_002": 5,
    "cat_004": 3,
}


@tagged("post_install", "-at_install")
class TestWords(BaseCase):
    def test_whole_words_count_whatever_the_case(self):
        for word, text, found in (
            ("late", "The truck was LATE again.", True),
            ("late", "Later it came.", False),
            ("still waiting", "We are still\nwaiting.", True),
            ("迟到", "货物又迟到了。", True),
            ("12315", "我要打12315投诉", True),
            ("price", "Ｐｒｉｃｅ too high", True),
            ("", "anything", False),
            ("late", "", False),
        ):
            with self.subTest(word=word, text=text):
                self.assertIs(
                    words.occurs(words.normalize(word), words.normalize(text)), found
                )


@tagged("post_install", "-at_install")
class TestChannels(ComplaintCommon):
    def channel(self, code):
        return self.env.ref(f"customer_complaint.channel_{code}")

    def test_the_union_of_all_lists_is_there_with_stable_codes(self):
        # C-01 C-02
        channels = (
            self.env["customer.complaint.channel"]
            .with_context(active_test=False)
            .search([("code", "!=", False)])
        )
        self.assertEqual(set(channels.mapped("code")), NAMED_CHANNELS)
        self.assertEqual(
            set(channels.mapped("source_group")),
            {"internal", "external", "customer", "third_party"},
        )
        self.assertGreaterEqual(
            set(channels.filtered("is_reply").mapped("code")),
            {"phone", "email", "online_chat", "letter", "written_notice", "sms"},
        )

    def test_complaints_are_counted_by_source_and_compared_by_channel(self):
        # C-02 C-09
        complaints = self.make_complaint(channel_id=self.channel("phone").id)
        complaints += self.make_complaint(channel_id=self.channel("social_media").id)
        model = self.env["customer.complaint"].with_user(self.manager)
        domain = [("id", "in", complaints.ids)]
        self.assertEqual(
            dict(model._read_group(domain, ["channel_group"], ["__count"])),
            {"internal": 1, "external": 1},
        )
        at = RECEIPT + timedelta(hours=3)
        complaints[0]._on_customer_told(at)
        groups = (
            self.env["customer.complaint.deadline"]
            .with_user(self.manager)
            ._read_group(
                [
                    ("complaint_id", "in", complaints.ids),
                    ("deadline_type", "=", "first_response"),
                    ("state", "=", "done"),
                ],
                ["channel_id"],
                ["__count", "hours_taken:avg"],
            )
        )
        self.assertEqual(groups, [(self.channel("phone"), 1, 3.0)])

    def test_the_channel_that_suits_is_proposed_for_the_reply(self):
        # C-08
        proposals = {
            ("letter", 0, False): "phone",  # the most severe level: at once
            ("letter", 1, False): "letter",  # as he wrote to us
            ("social_media", 1, False): "email",  # not urgent: in writing
            ("email", 1, True): "phone",  # a mail logs itself
        }
        for (code, level, by_hand), expected in proposals.items():
            complaint = self.make_complaint(
                channel_id=self.channel(code).id, level_id=self.levels[level].id
            )
            with self.subTest(channel=code, level=level):
                proposed = complaint._propose_reply_channel(by_hand)
                self.assertEqual(proposed.code, expected)
        contact = self.env["customer.complaint.contact"].with_context(
            default_complaint_id=complaint.id
        )
        self.assertEqual(Form(contact).channel_id.code, "phone")
        self.channel("phone").active = False
        self.assertFalse(complaint._propose_reply_channel(True).code == "phone")

    def test_a_warning_of_the_system_opens_a_complaint(self):
        # C-07
        complaint = self.env["customer.complaint"]._open_from_warning(
            [{"description": "Ten returns of one lot today."}]
        )
        self.assertEqual(complaint.channel_id.code, "system")
        self.assertFalse(complaint.acknowledge)
        self.assertEqual(self.row(complaint, "completion").state, "open")

    def test_third_party_and_platform_are_kept(self):
        # C-03 C-04 C-13 C-14 C-19 C-26
        angry = self.env.ref("customer_complaint.emotion_angry")
        step = self.env.ref("customer_complaint.service_step_installation")
        form = Form(self.env["customer.complaint"].with_user(self.handler))
        form.description = "Found in a forum."
        form.demand = "The money back."
        form.emotion_id = angry
        form.third_party_id = self.partner
        form.third_party_type = "insurer"
        form.platform_type = "forum"
        form.platform_url = "https://forum.example.com/1"
        form.service_step_id = step
        form.service_number = "SN-77"
        with form.line_ids.new() as line:
            line.name = "Cabinet"
            line.lot_name = "L-1"
            line.product_model = "M 3"
            line.problem = "Cracked"
        complaint = form.save()
        self.assertEqual(
            complaint.read(
                ["third_party_type", "platform_type", "platform_url"], load=None
            )[0],
            {
                "id": complaint.id,
                "third_party_type": "insurer",
                "platform_type": "forum",
                "platform_url": "https://forum.example.com/1",
            },
        )
        found = complaint.search([("line_ids.lot_name", "ilike", "l-1")])
        self.assertIn(complaint, found)
        self.assertEqual(complaint.service_step_id, step)
        self.assertEqual(complaint.emotion_id, angry)
        self.assertEqual(
            complaint.search([("service_number", "=", "SN-77")]), complaint
        )

    def test_a_team_has_fields_of_its_own(self):
        # C-10
        self.team.complaint_properties_definition = [
            {"name": "floor", "string": "Floor", "type": "char"}
        ]
        complaint = self.make_complaint(
            team_id=self.team.id, complaint_properties={"floor": "3rd"}
        )
        self.assertEqual(complaint.complaint_properties["floor"], "3rd")
        model = self.env["customer.complaint"].with_user(self.manager)
        self.assertEqual(
            model.search([("complaint_properties.floor", "=", "3rd")]), complaint
        )


@tagged("post_install", "-at_install")
class TestCategories(ComplaintCommon):
    def sets(self):
        return self.env["customer.complaint.category.set"].search([])

    def test_each_set_has_its_classes_and_complete_branches(self):
        # C-20 C-24
        sets = self.sets()
        self.assertEqual(
            {
                group.code: len(group.category_ids.filtered(lambda c: not c.parent_id))
                for group in sets
            },
            CLASSES,
        )
        for group in sets:
            self.assertLessEqual(group.category_ids.parent_id, group.category_ids)
            self.assertFalse(group.category_ids.parent_id.parent_id, "two levels")
        self.assertTrue(all(sets.category_ids.mapped("code")))
        by_key = self.env.ref
        late = by_key("customer_complaint.category_service_quality_late")
        self.assertEqual(late.parent_id.canonical_class, "service")
        self.assertEqual(late.canonical_class, "delivery", "reports compare this")

    def test_changing_the_set_never_takes_a_category_away(self):
        # C-20
        complaint = self.make_complaint()
        own = self.category.create({"name": "Our own", "canonical_class": "other"})
        before = self.category.search([])
        wizard = self.env["customer.complaint.setup"].with_user(self.manager)
        self.assertEqual(wizard._get_present_set().code, "canonical")
        for group in (*self.sets(), self.sets()[0]):
            form = Form(wizard)
            present, form.category_set_id = form.category_set_id, group
            self.assertEqual(
                f"Categories: {group.name};" in form.changes, group != present
            )
            form.save().action_apply()
            active = self.category.search([("set_ids", "!=", False)])
            self.assertEqual(active, group.category_ids.sorted())
            self.assertEqual(complaint.category_id, self.category)
            self.assertTrue(complaint.archive_label.endswith("-PRD"))
            self.assertTrue(own.active)
            self.assertEqual(wizard._get_present_set(), group)
        self.assertEqual(self.category.search([]), before, "the way back")

    def test_channels_of_a_bundle_are_switched_where_asked_for(self):
        # C-01
        bundle = self.env.ref("customer_complaint.bundle_overall")
        channels = self.env["customer.complaint.channel"]
        before = channels.search([])
        form = Form(self.env["customer.complaint.setup"].with_user(self.manager))
        form.bundle_id = bundle
        form.save().action_apply()
        self.assertEqual(channels.search([]), before)
        form = Form(self.env["customer.complaint.setup"].with_user(self.manager))
        form.bundle_id = bundle
        form.switch_channels = True
        self.assertIn("Channels that are archived", form.changes)
        form.save().action_apply()
        self.assertEqual(
            set(channels.search([]).mapped("code")),
            {"phone", "email", "portal", "on_site", "web_form", "system"},
        )

    def test_level_team_and_person_of_the_category_are_applied(self):
        # C-21
        self.category.write(
            {
                "level_id": self.levels[0].id,
                "team_id": self.team.id,
                "user_id": self.handler.id,
            }
        )
        values = {"level_id": False, "received_at": fields.Datetime.now()}
        values.pop("level_id")
        complaint = self.env["customer.complaint"].create(
            {
                "partner_id": self.partner.id,
                "description": "Cracked.",
                "demand": "A new one.",
                "category_id": self.category.id,
                **values,
            }
        )
        self.assertEqual(complaint.level_id, self.levels[0])
        self.assertEqual(complaint.team_id, self.team)
        self.assertEqual(complaint.user_id, self.handler)
        self.assertEqual(complaint.stage_type, "assessed")
        waiting = self.make_complaint(category_id=False, demand=False)
        waiting.category_id = self.category
        self.assertFalse(waiting.user_id, "the demand is missing")
        waiting.write({"demand": "A new one.", "category_id": self.category.id})
        self.assertEqual(waiting.user_id, self.handler)

    @freeze_time("2025-03-03 09:00:00")
    def test_the_responsible_person_reviews_the_categories_every_year(self):
        # C-24
        categories = self.category | self.category.parent_id
        categories.user_id = self.handler
        review = self.env["mail.activity"].search(
            [
                ("res_model", "=", "customer.complaint.category"),
                ("user_id", "=", self.handler.id),
            ]
        )
        self.assertEqual(len(review), 1, "one, however many categories")
        self.assertEqual(review.date_deadline, date(2026, 3, 3))
        category = self.category.browse(review.res_id)
        review.with_user(self.handler).action_feedback(feedback="They fit.")
        again = category.activity_ids
        self.assertEqual(again.date_deadline, date(2027, 3, 3))
        self.assertEqual(again.user_id, self.handler)


@tagged("post_install", "-at_install")
class TestProposals(ComplaintCommon):
    def test_words_propose_a_category_and_a_person_takes_it(self):
        # C-23
        late = self.env.ref("customer_complaint.category_delivery_late")
        complaint = self.make_complaint(
            category_id=False,
            title="Sofa",
            description="The sofa was delayed, we are still waiting. The driver phoned.",
        ).with_user(self.handler)
        self.assertEqual(complaint.category_proposal_id, late)
        self.assertEqual(
            complaint.category_proposal_reason, "“delayed”, “still waiting”"
        )
        self.assertFalse(complaint.category_id, "nothing happens by itself")
        complaint.action_take_category()
        self.assertEqual(complaint.category_id, late)
        self.assertFalse(complaint.category_proposal_id)

    def test_chinese_words_propose_too_while_typing(self):
        # C-23
        form = Form(self.env["customer.complaint"].with_user(self.handler))
        form.description = "司机态度粗鲁，还一直没到。"
        self.assertTrue(form.category_proposal_id)
        self.assertIn("“", form.category_proposal_reason)

    def test_an_archived_category_is_replaced_by_one_of_its_class(self):
        # C-23 C-20
        group = self.env["customer.complaint.category.set"].search(
            [("code", "=", "cat_002")]
        )
        form = Form(self.env["customer.complaint.setup"].with_user(self.manager))
        form.category_set_id = group
        form.save().action_apply()
        complaint = self.make_complaint(
            category_id=False, description="Still waiting.", title="x"
        )
        self.assertEqual(
            complaint.category_proposal_id,
            self.env.ref("customer_complaint.category_service_late"),
        )

    def test_criteria_propose_the_level_and_the_reason_is_kept(self):
        # C-22 C-28
        complaint = self.make_complaint(
            description="The kettle caught fire, my hand was burned.",
            title="Kettle",
            level_id=self.levels[2].id,
        ).with_user(self.handler)
        self.assertEqual(complaint.level_proposal_id, self.levels[0])
        self.assertEqual(
            complaint.level_proposal_reason,
            "Personal safety (“burned”), Product safety hazard (“caught fire”)",
        )
        self.assertEqual(complaint.level_id, self.levels[2], "a person confirms")
        complaint.action_take_level()
        self.assertEqual(complaint.level_id, self.levels[0])
        self.assertIn("Personal safety", complaint.level_reason)
        self.assertEqual(len(complaint.criterion_ids), 2)
        self.assertFalse(complaint.level_proposal_id)
        self.assertIn("Personal safety", str(complaint.deadline_history))

    def test_every_criterion_calls_for_its_level(self):
        # C-22 C-28
        kinds = set()
        for criterion in self.env["customer.complaint.criterion"].search([]):
            kinds.add(criterion.kind)
            complaint = self.make_complaint(
                description="x", title="x", level_id=self.levels[2].id
            )
            complaint.criterion_ids = criterion
            expected = self.levels[criterion.rank - 1]
            self.assertEqual(
                complaint.level_proposal_id or complaint.level_id,
                expected,
                criterion.name,
            )
        self.assertEqual(
            kinds, {"nature", "scope", "difficulty", "severity", "urgency"}
        )

    def test_the_proposal_fits_whatever_scale_is_active(self):
        # C-27 C-28
        complaint = self.make_complaint(description="x", title="x")
        criterion = self.env.ref("customer_complaint.criterion_safety")
        for scale in dict(self.levels[0]._fields["scale"].selection):
            levels = self.levels[0].with_context(active_test=False).search([])
            levels.active = False
            self.env.flush_all()
            levels.filtered(lambda level, s=scale: level.scale == s).active = True
            complaint.criterion_ids = criterion
            complaint.invalidate_recordset()
            best = self.levels[0].search([], order="rank", limit=1)
            proposed = complaint.level_proposal_id or complaint.level_id
            self.assertEqual(proposed, best, scale)

    def test_preferred_customers_come_first_unless_all_are_alike(self):
        # C-31
        ordinary = self.make_complaint(description="x", title="x")
        vip = self.partner.create(
            {"name": "Grand hotel", "is_company": True, "complaint_tier": "vip"}
        )
        person = self.partner.create({"name": "Its buyer", "parent_id": vip.id})
        complaint = self.make_complaint(
            partner_id=person.id,
            description="x",
            title="x",
            level_id=self.levels[2].id,
            received_at=RECEIPT + timedelta(days=9),
        )
        both = ordinary + complaint
        model = self.env["customer.complaint"].with_user(self.handler)
        domain = [("id", "in", both.ids)]
        self.assertEqual(model.search(domain), complaint + ordinary)
        self.assertEqual(complaint.level_proposal_id, self.levels[1])
        self.assertEqual(complaint.level_proposal_reason, "preferred customer")
        self.company.complaint_tier_counts = False
        self.env.invalidate_all()
        self.assertEqual(model.search(domain), ordinary + complaint)
        self.assertFalse(complaint.level_proposal_id)
        self.company.complaint_tier_counts = True
        self.assertEqual(complaint.queue_rank, 0)
        confirmed = complaint.with_context(complaint_confirmed=True)
        confirmed.stage_id = complaint._get_stage_of_type("closed")
        self.assertEqual(complaint.queue_rank, 1, "what is done waits for nobody")
        complaint._reopen("Not solved.")
        self.assertEqual(complaint.queue_rank, 0)
        vip.complaint_tier = "ordinary"
        self.assertEqual(set(both.mapped("queue_rank")), {1})


@tagged("post_install", "-at_install")
class TestRepeats(ComplaintCommon):
    def test_a_second_complaint_about_the_same_is_linked(self):
        # C-25
        colleague = self.partner.create({"name": "Buyer", "parent_id": self.partner.id})
        first = self.make_complaint()
        other = self.env.ref("customer_complaint.category_service_slow")
        different = self.make_complaint(category_id=other.id)
        second = self.make_complaint(
            partner_id=colleague.id, received_at=RECEIPT + timedelta(days=300)
        )
        self.assertFalse(first.is_repeat or different.is_repeat)
        self.assertTrue(second.is_repeat)
        self.assertEqual(second.earlier_ids, first)
        late = self.make_complaint(received_at=RECEIPT + timedelta(days=400))
        self.assertEqual(late.earlier_ids, second, "the first is too long ago")

    def test_the_same_product_is_enough(self):
        # C-25
        first = self.make_complaint(order_id=self.order.id)
        second = self.make_complaint(
            category_id=False,
            received_at=RECEIPT + timedelta(days=1),
            line_ids=[Command.create({"product_id": self.product.id})],
        )
        self.assertEqual(second.earlier_ids, first)

    def test_products_added_later_count_too(self):
        # C-25
        first = self.make_complaint(order_id=self.order.id)
        complaint = self.make_complaint(
            category_id=False, received_at=RECEIPT + timedelta(days=1)
        )
        self.assertFalse(complaint.is_repeat)
        line = self.env["customer.complaint.line"].create(
            {"complaint_id": complaint.id, "product_id": self.product.id}
        )
        self.assertEqual(complaint.earlier_ids, first)
        line.unlink()
        self.assertFalse(complaint.is_repeat)

    def test_it_follows_customer_and_category(self):
        # C-25
        self.make_complaint()
        other = self.partner.create({"name": "Somebody else"})
        complaint = self.make_complaint(
            partner_id=other.id, received_at=RECEIPT + timedelta(days=1)
        )
        self.assertFalse(complaint.is_repeat)
        complaint.partner_id = self.partner
        self.assertTrue(complaint.is_repeat)
        complaint.category_id = self.env.ref("customer_complaint.category_price")
        self.assertFalse(complaint.is_repeat or complaint.earlier_ids)
        complaint.category_id = self.category
        self.assertTrue(complaint.is_repeat)
        complaint.partner_id = False
        self.assertFalse(complaint.is_repeat or complaint.earlier_ids)

    def test_it_can_be_switched_off_and_nobody_writes_it(self):
        # C-25
        self.company.complaint_repeat_days = 0
        complaints = self.make_complaint() + self.make_complaint(
            received_at=RECEIPT + timedelta(days=1)
        )
        self.assertFalse(any(complaints.mapped("is_repeat")))
        with self.assertRefused(AccessError, "Repeat"):
            complaints[0].with_user(self.handler).is_repeat = True

    def test_one_sees_only_those_earlier_complaints_one_may_see(self):
        # C-25
        self.make_complaint(team_id=self.other_team.id)
        repeat = self.make_complaint(
            team_id=self.team.id, received_at=RECEIPT + timedelta(days=1)
        ).with_user(self.handler)
        self.assertTrue(repeat.is_repeat)
        self.assertFalse(repeat.earlier_ids)
