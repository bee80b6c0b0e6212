from datetime import timedelta

from markupsafe import Markup

from odoo import models
from odoo.fields import Command

from ..models.customer_complaint_stage import CLOSED_TYPES
from ..tools import due_times

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
WRITTEN_CHANNELS = ("email", "portal", "web_form", "online_chat", "letter")


class CustomerComplaintSample(models.TransientModel):
    """The complaints with all that belongs to them: deadlines, talks, conversation."""

    _inherit = "customer.complaint.sample"

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
        site.complaints, site.pairs = complaints, pairs

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
                    "amount": (due - done.start_at).total_seconds() / 3600,
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
        passed = []
        for deadline in deadlines:
            planned = []
            for step, step_at in deadline._get_step_times():
                if step_at > (deadline.done_at or now):
                    planned.append(step_at)
                elif step.timing != "before" or deadline.due_at > step_at:
                    passed += deadline._prepare_escalation_values(step, step_at)
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
        self._create_confirmations(site, pairs, confirmations)

    def _create_confirmations(self, site, pairs, vals_list):
        """Hook: what customers said to the outcomes.

        :param list pairs: (complaint, Course)
        """
        self.env["customer.complaint.confirmation"].create(vals_list)

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
