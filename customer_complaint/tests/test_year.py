import heapq
import itertools
import logging
import random
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ComplaintCommon
from .ledger_replay import HOUR, Hours, Life, Rules, get_steps, to_words

_logger = logging.getLogger(__name__)

OFFICE = {day: ((8, 12), (13, 17)) for day in range(4)} | {4: ((8, 14),)}
FACTORY = {day: ((9, 12), (14, 18)) for day in range(5)}
# Stages of the test by type; the last two let deadlines wait.
WORK = ("investigating", "implementing", "solution", "approval")
WAITING = ("solution", "approval")
AFTER_COMPLETION = {
    ("first_feedback", None): {0: (24, "hour")},
    ("second_feedback", None): {0: (72, "hour")},
    ("follow_up", None): {0: (24, "hour"), 3: (2, "working_day")},
}
GRADED = {
    ("first_response", None): {1: (24, "hour"), 2: (48, "hour"), 3: (72, "hour")},
    ("completion", None): {1: (48, "hour"), 2: (72, "hour"), 3: (120, "hour")},
    ("statutory", None): {0: (240, "hour")},
    **AFTER_COMPLETION,
}
# Levels with different units, and limits that some levels do not know.
BERLIN = {
    ("first_response", None): {1: (4, "working_hour"), 2: (1, "working_day")},
    ("initial_handling", None): {1: (1, "working_day"), 2: (20, "working_hour")},
    ("completion", None): {0: (5, "working_day"), 1: (30, "hour")},
    ("result", None): {0: (44, "working_hour")},
    ("next_reply", None): {0: (8, "working_hour")},
    ("stage", "received"): {0: (2, "working_hour")},
    ("stage", "assessed"): {0: (6, "working_hour")},
    ("stage", "solution"): {0: (2, "working_day")},
    ("stage", "feedback"): {1: (24, "hour")},
    ("stage", "closed"): {0: (48, "hour")},
    **AFTER_COMPLETION,
}
SHANGHAI = {
    ("first_response", None): {2: (10, "working_hour"), 3: (2, "working_day")},
    ("completion", None): {1: (2, "working_day"), 2: (35, "working_hour")},
    ("next_update", None): {1: (6, "working_hour"), 3: (2, "working_day")},
    ("next_reply", None): {0: (24, "hour")},
    ("statutory", None): {0: (15, "working_day")},
    **AFTER_COMPLETION,
}
BERLIN_HOURS = Hours(
    "Europe/Berlin",
    OFFICE,
    [date(2025, 4, 18), date(2025, 4, 21), date(2025, 5, 1), date(2025, 12, 25)],
)
SHANGHAI_HOURS = Hours(
    "Asia/Shanghai",
    FACTORY,
    [date(2025, 1, 28) + timedelta(n) for n in range(8)]
    + [date(2025, 4, 4), *(date(2025, 5, 1) + timedelta(n) for n in range(5))],
    {date(2025, 1, 26): 0, date(2025, 2, 8): 1, date(2025, 4, 27): 2},
)
TEAMS = {
    "graded": Rules(GRADED, None, waiting=WAITING),
    "berlin": Rules(BERLIN, BERLIN_HOURS, waiting=WAITING),
    "shanghai": Rules(SHANGHAI, SHANGHAI_HOURS, True, waiting=WAITING),
}
AFTER = ("first_feedback", "second_feedback", "follow_up", "statutory")


class Ticks:
    """Moments at which somebody looks at the deadlines."""

    def __init__(self):
        self.moments = []

    def first_from(self, moment):
        place = bisect_left(self.moments, moment)
        return self.moments[place] if place < len(self.moments) else None


class LedgerYear(ComplaintCommon):
    """Lives of many complaints, in the product and in the replay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Nobody but the clock is tested here.
        cls.env = cls.env(
            context=dict(cls.env.context, tracking_disable=True, mail_notrack=True)
        )
        cls.env["customer.complaint.requirement"].search([]).active = False
        cls.company.complaint_pause = True
        if "complaint_tell_in_hours" in cls.company._fields:
            cls.company.complaint_tell_in_hours = False
        stage = cls.env["customer.complaint.stage"]
        for sequence, kind in enumerate(WORK):
            if kind != "implementing":
                stage.create(
                    {"name": kind, "stage_type": kind, "sequence": 21 + sequence}
                )
        cls.stages = {
            kind: cls.env["customer.complaint"]._get_stage_of_type(kind)
            for kind in ("received", "assessed", *WORK, "feedback", "closed")
        }
        for kind in WAITING:
            cls.stages[kind].pauses_deadlines = True
        cls.reasons = {
            until_answer: cls.env.ref(f"customer_complaint.reason_pause_{name}")
            for until_answer, name in ((True, "customer"), (False, "supplier"))
        }
        cls.teams = {name: cls.make_team(name, rules) for name, rules in TEAMS.items()}

    @classmethod
    def make_team(cls, name, rules):
        calendar = rules.hours and cls.make_calendar(name, rules.hours)
        team = cls.env["customer.complaint.team"].create(
            {
                "name": name,
                "calendar_id": calendar and calendar.id,
                "leader_id": cls.lead.id,
                "member_ids": [Command.link(cls.handler.id)],
            }
        )
        if not rules.hours:
            # Not even the company has hours: working time is counted as elapsed.
            cls.company.resource_calendar_id.attendance_ids.unlink()
        lines = {True: [], False: []}
        for (kind, stage), limits in rules.limits.items():
            lines[kind in AFTER] += [
                Command.create(
                    {
                        "deadline_type": kind,
                        "stage_type": stage,
                        "rank": rank,
                        "amount": amount,
                        "unit": unit,
                    }
                )
                for rank, (amount, unit) in limits.items()
            ]
        for is_supplement, commands in lines.items():
            cls.env["customer.complaint.policy"].create(
                {
                    "name": name,
                    "team_id": team.id,
                    "is_supplement": is_supplement,
                    "second_from_first": is_supplement and rules.second_from_first,
                    "line_ids": commands,
                }
            )
        return team

    @classmethod
    def make_calendar(cls, name, hours):
        calendar = cls.env["resource.calendar"].create(
            {
                "name": name,
                "tz": hours.zone.key,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": f"{day} {start}",
                                "dayofweek": str(day),
                                "hour_from": start,
                                "hour_to": end,
                            }
                        )
                        for day, shifts in hours.week.items()
                        for start, end in shifts
                    ),
                ],
                "extra_day_ids": [
                    Command.create({"date": day, "dayofweek": str(like)})
                    for day, like in hours.extra.items()
                ],
            }
        )
        for day in hours.days_off:
            midnight = datetime.combine(day, datetime.min.time())
            cls.env["resource.calendar.leaves"].create(
                {
                    "name": "Holiday",
                    "calendar_id": calendar.id,
                    "company_id": calendar.company_id.id,
                    "date_from": hours.to_utc(midnight),
                    "date_to": hours.to_utc(midnight + timedelta(days=1)),
                }
            )
        return calendar

    # ------------------------------------------------------------------
    # What may happen next to a complaint
    # ------------------------------------------------------------------
    def choose_event(self, chance, luck, life, now, grain):
        """Name and arguments of an event that is possible now.

        :param luck: random numbers for the details
        """
        if not life.active:
            return "archive", (True,)
        before = now - luck.choice((0, 0, 1, 9, 30)) * grain
        at = max(before, life.received)
        said = "said", (at,)
        told = "told", (at, luck.random() < 0.3, False, luck.random() < 0.3)
        level = "level", (luck.choice([r for r in (1, 2, 3) if r != life.rank]),)
        events = [told, told, said, level, level]
        events.append(("receipt", (now - luck.choice((0, 1, 2, 9, 30)) * grain,)))
        promise = now + luck.choice((1, 3, 9)) * grain
        kept_by = luck.choice(("telling", "deed"))
        events.append(("promise", (promise, kept_by)))
        if any(r.type == "commitment" and r.state == "owed" for r in life.rows):
            events.append(("keep", ()))
        if chance.random() < 0.2:
            events.append(("archive", (False,)))
        if life.closed:
            return chance.choice([*events[:5], *events[6:], ("reopen", ())])
        if running := [
            r
            for r in life.rows
            if r.limit and life.get_state(r) == "open" and not r.agreed
        ]:
            row = chance.choice(running)
            due = now + luck.choice((1, 2, 8)) * grain
            events.append(("move", (row.type, max(due, row.start))))
        if not life.pause:
            events += [("pause", (luck.random() < 0.5,))] * 3
        elif life.pause[2] in ("hand", "answer"):
            events += [("resume", ())] * 4
        if life.stage == "received":
            events += [("enter", ("assessed",))] * 4
        else:
            ahead = luck.choice([kind for kind in WORK if kind != life.stage])
            events += [("enter", (ahead,))] * 4 + [("close", ())]
            if not life.completed:
                events += [("complete", ())] * 2
            if at >= life.round_start:
                events += [("told", (at, False, True, False))] * 3
            if life.outcome:
                events += [("close", ()), ("reopen", ())] * 2
        return chance.choice(events)

    def end_life(self, life, now, left):
        """Most complaints end with an outcome and are closed."""
        if life.active and not life.closed and life.stage != "received" and left < 3:
            return ("told", (now, False, True, False)) if left == 2 else ("close", ())
        return None

    def happen(self, complaints, name, args, now):
        """Let an event happen to complaints in the product."""
        getattr(self, f"do_{name}")(complaints, now, *args)

    def do_told(self, complaints, now, at, plan, outcome, follow_up):
        if outcome:
            self.decide(complaints)
        complaints._on_customer_told(
            at, outcome=outcome, plan=plan, follow_up=follow_up
        )

    def decide(self, complaints):
        complaints.write({"decision": "justified", "decision_reason": "Our fault."})

    def do_said(self, complaints, now, at):
        complaints._on_customer_said(at)

    def do_pause(self, complaints, now, until_answer):
        complaints._pause_deadlines(now, self.reasons[until_answer])

    def do_resume(self, complaints, now):
        complaints.action_resume()

    def do_enter(self, complaints, now, stage):
        complaints.stage_id = self.stages[stage]

    def do_level(self, complaints, now, rank):
        complaints._change_level(self.levels[rank - 1], "Graded anew")

    def do_receipt(self, complaints, now, received):
        complaints.received_at = received

    def do_complete(self, complaints, now):
        self.decide(complaints)
        complaints.action_complete()

    def do_close(self, complaints, now):
        told = complaints.filtered("outcome_at")
        told._close("confirmed")
        (complaints - told).stage_id = self.stages["closed"]

    def do_reopen(self, complaints, now):
        complaints._reopen("Not solved")

    def do_promise(self, complaints, now, due, kept_by):
        complaints._promise(due, "News", kept_by)

    def do_keep(self, complaints, now):
        complaints.deadline_ids.filtered(lambda d: d.state == "open").action_keep()

    def do_move(self, complaints, now, kind, due):
        for complaint in complaints:
            row = complaint.deadline_ids.filtered(
                lambda d, c=complaint: d.deadline_type == kind
                and d.state == "open"
                and not d.is_agreed
            )
            row._move({row.id: due}, "The customer asked for it", {})
            row.is_agreed = True

    def do_archive(self, complaints, now, active):
        complaints.active = active

    # ------------------------------------------------------------------
    # Living
    # ------------------------------------------------------------------
    def live(
        self, count, first, last, grain, seed, look_every, most_events, alike=False
    ):
        """Let complaints live from `first` to `last`.

        :param grain: events happen at multiples of it; those alike at one moment at once
        :param look_every: the engine runs at multiples of it
        :param most_events: what happens to one complaint at most
        :param alike: events of one kind at one moment have the same details
        """
        chance = random.Random(seed)
        self.lives, self.ticks = {}, Ticks()
        self.happened = Counter()
        spans = int((last - first) / grain)
        births = Counter(chance.randrange(int(spans * 0.97)) for _ in range(count))
        agenda, chain = [], self.env["customer.complaint.deadline"]
        next_look = first + look_every
        moments = range(spans)
        with freeze_time(first) as clock, mute_logger("odoo.models.unlink"):
            for number in moments:
                now = first + number * grain
                due = []
                while agenda and agenda[0][0] <= number:
                    due.append(heapq.heappop(agenda)[1:])
                born = births.get(number)
                if not due and not born and now < next_look:
                    continue
                clock.move_to(now)
                if born:
                    for complaint_id in self.bear(chance, born, now, grain):
                        left = chance.randrange(2, most_events)
                        heapq.heappush(agenda, (number + 1, complaint_id, left))
                groups = defaultdict(list)
                for complaint_id, left in due:
                    life = self.lives[complaint_id]
                    # Alike at one moment, so that the product handles many at once.
                    luck = random.Random(number) if alike else chance
                    event = self.end_life(life, now, left) or self.choose_event(
                        chance, luck, life, now, grain
                    )
                    groups[event].append(complaint_id)
                    if left > 1:
                        wait = 1 + int(chance.expovariate(1 / 12) * HOUR / grain)
                        heapq.heappush(agenda, (number + wait, complaint_id, left - 1))
                for (name, args), ids in groups.items():
                    self.happen(self.complaints(ids), name, args, now)
                    self.happened[name] += len(ids)
                    for complaint_id in ids:
                        self.replay(self.lives[complaint_id], name, args, now)
                if now >= next_look:
                    self.look(chain, now)
                    next_look = now + look_every
            self.end = now
            self.env.flush_all()

    def complaints(self, ids):
        return self.env["customer.complaint"].browse(ids)

    def bear(self, chance, count, now, grain):
        rules = [chance.choice(list(TEAMS)) for _ in range(count)]
        ranks = [chance.choice((1, 2, 3)) for _ in range(count)]
        received = [now - chance.choice((0, 0, 1, 5)) * grain for _ in range(count)]
        owned = [chance.random() < 0.3 for _ in range(count)]
        complaints = self.env["customer.complaint"].create(
            [
                {
                    "partner_id": self.partner.id,
                    "description": "The door is cracked.",
                    "category_id": self.category.id,
                    "acknowledge": False,
                    "team_id": self.teams[name].id,
                    "level_id": self.levels[rank - 1].id,
                    "received_at": at,
                    "user_id": has_owner and self.handler.id,
                }
                for name, rank, at, has_owner in zip(
                    rules, ranks, received, owned, strict=True
                )
            ]
        )
        for complaint_id, *birth, has_owner in zip(
            complaints.ids, rules, ranks, received, owned, strict=True
        ):
            name, rank, at = birth
            stage = "assessed" if has_owner else "received"
            self.lives[complaint_id] = Life(TEAMS[name], rank, at, now, stage)
        return complaints.ids

    def replay(self, life, name, args, now):
        if name == "told":
            at, plan, outcome, follow_up = args
            life.on_told(now, at, plan=plan, outcome=outcome, follow_up=follow_up)
        elif name == "move":
            kind, due = args
            row = next(
                r
                for r in life.rows
                if r.type == kind and life.get_state(r) == "open" and not r.agreed
            )
            life.on_move(now, row, due)
        else:
            getattr(life, f"on_{name}")(now, *args)
        life.note(now)

    def look(self, engine, now):
        self.ticks.moments.append(now)
        engine._end_expired_pauses(now)
        for life in self.lives.values():
            if life.end_long_pause(now):
                life.note(now)
        while engine._run_due_steps(now, limit=1000):
            pass
        self.env.invalidate_all()  # what follows sees what is stored, as a new request does

    # ------------------------------------------------------------------
    # Comparing
    # ------------------------------------------------------------------
    def read_rows(self):
        rows = self.env["customer.complaint.deadline"].search_fetch(
            [("complaint_id", "in", list(self.lives))]
        )
        return rows.grouped("complaint_id")

    def assertLedger(self):
        """Every row of the ledger is as the replay says."""
        rows_of = self.read_rows()
        wrong = []
        for complaint in self.complaints(list(self.lives)):
            life = self.lives[complaint.id]
            ledger = sorted(
                (
                    (
                        row.deadline_type,
                        row.round,
                        row.start_at,
                        row.due_at,
                        row.state,
                        row.done_at,
                        row.result,
                        row.moved_overdue,
                    )
                    for row in rows_of.get(complaint, ())
                ),
                key=to_words,
            )
            expected = life.get_ledger()
            if ledger != expected:
                wrong.append((complaint.id, set(ledger) ^ set(expected)))
            elif complaint.next_due_at != life.get_next_due():
                wrong.append((complaint.id, complaint.next_due_at))
        if wrong:
            shown = "\n".join(map(str, wrong[:5]))
            self.fail(f"{len(wrong)} of {len(self.lives)} differ:\n{shown}")

    def assertRate(self):
        """The rate of deadlines met is that of the replay."""
        rows = [
            (row, life.get_state(row))
            for life in self.lives.values()
            for row in life.rows
            if row.type != "stage" and life.get_due(row) < self.end
        ]
        results = [
            row.result
            for row, state in rows
            if state in ("done", "open") or row.result == "overdue"
        ]
        indicator = self.env.ref("customer_complaint.indicator_deadlines_met")
        scope = Domain("complaint_id", "in", list(self.lives))
        start = self.end - timedelta(days=1000)
        with freeze_time(self.end):
            measure = indicator._measure(scope, start, self.end)[indicator]
        self.assertEqual(measure.n, len(results))
        self.assertAlmostEqual(
            measure.value, results.count("on_time") / len(results), places=12
        )

    def assertSteps(self):
        """Every step of the chain happened once per due time, at the first look after it."""
        chain = [
            (s.id, s.deadline_type or None, s.max_rank, s.timing, s.hours)
            for s in self.env["customer.complaint.escalation.step"]._get_chain()
        ]
        expected = Counter(
            (complaint_id, row.type, row.round, row.start, step, due)
            for complaint_id, life in self.lives.items()
            for row in life.rows
            for step, due in get_steps(row, chain, self.ticks)
        )
        logged = self.env["customer.complaint.escalation"].search_fetch(
            [("complaint_id", "in", list(self.lives))]
        )
        happened = Counter()
        for log in logged:
            row = log.deadline_id
            happened[
                log.complaint_id.id,
                row.deadline_type,
                row.round,
                row.start_at,
                log.step_id.id,
                log.due_at,
            ] += 1
        missing, surplus = expected - happened, happened - expected
        if missing or surplus:
            self.fail(
                f"missing {len(missing)}: {list(missing)[:3]}\n"
                f"surplus {len(surplus)}: {list(surplus)[:3]}"
            )
        self.assertGreater(len(logged), len(self.lives))


@tagged("post_install", "-at_install")
class TestLedgerReplay(LedgerYear):
    """The ledger is what plain Python makes of the same events."""

    def test_random_lives_give_the_ledger_that_the_words_say(self):
        # C-29 C-32 C-40 C-41 C-111 C-112 C-113
        self.live(
            count=200,
            first=datetime(2025, 3, 27),
            last=datetime(2025, 5, 4),
            grain=HOUR,
            seed=4,
            look_every=24 * HOUR,
            most_events=16,
        )
        self.assertLedger()
        self.assertRate()
        self.assertSteps()

    def test_the_same_events_in_another_order_give_the_same_dates(self):
        # C-29
        now = datetime(2025, 4, 3, 10)
        for name, rules in TEAMS.items():
            received = datetime(2025, 3, 27, 11)
            life = Life(rules, 3, received, now)
            life.pauses = [
                [received + 5 * HOUR, received + 31 * HOUR, "hand"],
                [received + 80 * HOUR, None, "hand"],
            ]
            life.on_level(now, 1)
            life.note(now)
            life.on_receipt(now, received + 7 * HOUR)
            expected = [row[:5] for row in life.get_ledger() if row[4] != "dropped"]
            events = {
                "first pause": lambda c, at=received: (
                    c._pause_deadlines(at + 5 * HOUR, self.reasons[False]),
                    c._resume_deadlines(at + 31 * HOUR),
                ),
                "second pause": lambda c, at=received: c._pause_deadlines(
                    at + 80 * HOUR, self.reasons[False]
                ),
                "level": lambda c: c._change_level(self.levels[0], "Danger"),
                "receipt": lambda c, at=received: c.write(
                    {"received_at": at + 7 * HOUR}
                ),
            }
            for order in itertools.permutations(events):
                if order.index("first pause") > order.index("second pause"):
                    continue
                with self.subTest(team=name, order=order), freeze_time(now):
                    complaint = self.make_complaint(
                        team_id=self.teams[name].id,
                        level_id=self.levels[2].id,
                        received_at=received,
                    )
                    for event in order:
                        events[event](complaint)
                    ledger = [
                        (d.deadline_type, d.round, d.start_at, d.due_at, d.state)
                        for d in complaint.deadline_ids
                        if d.state != "dropped"
                    ]
                    self.assertEqual(sorted(ledger), expected)


@tagged("post_install", "-at_install", "full")
class TestYear(LedgerYear):
    """A year of a large company."""

    def test_a_year_of_twenty_thousand_complaints(self):
        # C-41 C-42
        began = time.monotonic()
        self.live(
            count=20_000,
            first=datetime(2025, 1, 1),
            last=datetime(2026, 1, 1),
            grain=24 * HOUR,
            seed=2025,
            look_every=24 * HOUR,
            most_events=8,
            alike=True,
        )
        lived = time.monotonic()
        self.assertLedger()
        self.assertRate()
        self.assertSteps()
        _logger.info(
            "A year: %s lived in %.0f s, compared in %.0f s.",
            dict(self.happened),
            lived - began,
            time.monotonic() - lived,
        )
