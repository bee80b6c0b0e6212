from dataclasses import dataclass, field
from datetime import timedelta

from odoo import models

from ..tools import due_times, sample_stories
from .customer_complaint_sample import DAYS, WAVE_DAYS

MOST_PER_ORDER = 2
WEEKDAY_WEIGHTS = (1.5, 1.3, 1.2, 1.2, 1.1, 0.5, 0.3)
SEASON_WEIGHTS = (1.0, 0.9, 1.0, 1.0, 1.0, 0.9, 0.7, 0.7, 1.0, 1.1, 1.4, 1.5)
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
    """What happens to each complaint, before a row of it is written."""

    _inherit = "customer.complaint.sample"

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
        """Hours by deadline type, of the limits in hours."""
        policy = self.env["customer.complaint.policy"]
        main, supplements = policy._choose_ids(
            site.company.id, course.team.id, site.now.date()
        )
        limits = policy._get_limits((main, *supplements), course.level.rank)
        return {
            limit.deadline_type: limit.amount
            for limit in limits
            if limit.unit == "hour"
        }

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
