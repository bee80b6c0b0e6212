import csv
import os
import time
from collections import Counter
from pathlib import Path

from odoo.tests import tagged

from .import_common import ImportCommon

PLACE = "COMPLAINT_PUBLIC_DATA"
CHANNELS = {
    "Web": "web_form",
    "Referral": "third_party",
    "Phone": "phone",
    "Postal mail": "letter",
    "Fax": "fax",
}


class PublicDataCase(ImportCommon):
    """Real complaint files that others published; they are no part of this project."""

    def read_file(self, name):
        path = Path(os.environ.get(PLACE, "/nowhere")) / name
        if not path.exists():
            self.skipTest(f"{PLACE} names no folder with {name}")
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def make_categories(self, names):
        return self.env["customer.complaint.category"].create(
            [{"name": name} for name in sorted(names)]
        )

    def causes(self):
        return [
            self.env[model].search_count([])
            for model in (
                "mail.mail",
                "mail.message",
                "mail.activity",
                "customer.complaint.deadline",
                "customer.complaint.escalation",
            )
        ]

    def check(self, complaints, rows, received, closed):
        """Every row became one complaint with its dates; nothing was caused by it."""
        self.assertEqual(len(complaints), len(rows))
        self.env.flush_all()
        found = {
            c["name"]: c
            for c in complaints.read(
                ["name", "received_at", "closed_at", "stage_type"], load=None
            )
        }
        self.assertEqual(len(found), len(rows))
        for row in rows:
            complaint = found[row["Number"]]
            self.assertEqual(f"{complaint['received_at']:%Y-%m-%d}", row[received])
            self.assertEqual(f"{complaint['closed_at']:%Y-%m-%d}", row[closed])
            self.assertEqual(complaint["stage_type"], "closed")

    def count_by(self, complaints, fname):
        return dict(
            self.complaints._read_group(
                [("id", "in", complaints.ids)], [fname], ["__count"]
            )
        )


@tagged("post_install", "-at_install")
class TestPublicData(PublicDataCase):
    def test_1200_complaints_of_banks_keep_dates_channels_and_categories(self):
        # C-05 C-06 C-16 X-20
        source = [
            row
            for row in self.read_file("cfpb_complaints.csv")
            if row["company_response"] != "In progress"
        ]
        rows = [
            {
                "External ID": row["row_id"],
                "Number": row["row_id"],
                "Received on": row["date_received"],
                # The file does not tell when it was closed: the last day it tells.
                "Closed on": max(row["date_received"], row["date_sent_to_company"]),
                "Channel": row["submitted_via"],
                "Category": row["product"],
                "Title": row["issue"],
                "What happened": row["sub_issue"] or row["issue"],
            }
            for row in source
        ]
        errors = self.read_errors(rows, dryrun=True)
        # "Phone" is known by its name; products and the other channels are not.
        unknown = {row["product"] for row in source} | {
            "Web",
            "Referral",
            "Postal mail",
        }
        self.assertEqual(len(errors), len(unknown), errors)
        for word in unknown:
            self.assertEqual(
                len([error for error in errors if f"“{word}”" in error]), 1
            )

        categories = self.make_categories({row["product"] for row in source})
        for row in rows:
            row["Channel"] = CHANNELS[row["Channel"]]
        before = self.causes()
        complaints = self.bring_rows(rows)
        self.check(complaints, rows, "Received on", "Closed on")
        self.assertEqual(self.causes(), before)
        self.assertEqual(
            {
                channel.code: count
                for channel, count in self.count_by(complaints, "channel_id").items()
            },
            Counter(row["Channel"] for row in rows),
        )
        by_category = self.count_by(complaints, "category_id")
        self.assertEqual(set(by_category), set(categories))
        self.assertEqual(
            {category.name: count for category, count in by_category.items()},
            Counter(row["Category"] for row in rows),
        )
        self.assertEqual(self.bring_rows(rows), complaints)

    def test_4000_cases_of_a_city_keep_dates_closing_and_categories(self):
        # C-06 C-16
        source = self.read_file("nyc_constituent_cases.csv")
        self.make_categories({row["complaint_type"] or "None" for row in source})
        teams = self.env["customer.complaint.team"].create(
            [{"name": name} for name in sorted({row["team"] for row in source})]
        )
        rows = [
            {
                "External ID": row["case_id"],
                "Number": row["case_id"],
                "Received on": row["open_date"],
                "Closed on": row["close_date"],
                "Channel": "phone",
                "Team": row["team"],
                "Category": row["complaint_type"] or "None",
                "Title": row["descriptor"],
            }
            for row in source
        ]
        # What is still open is work, not history.
        still_open = [row for row in rows if not row["Closed on"]]
        errors = self.read_errors(rows, dryrun=True)
        self.assertEqual(len(errors), len(still_open), errors)
        rows = [row for row in rows if row["Closed on"]]
        before = self.causes()
        complaints = self.bring_rows(rows)
        self.check(complaints, rows, "Received on", "Closed on")
        self.assertEqual(self.causes(), before)
        self.assertEqual(
            {
                category.name: count
                for category, count in self.count_by(complaints, "category_id").items()
            },
            Counter(row["Category"] for row in rows),
        )
        by_team = self.count_by(complaints, "team_id")
        self.assertEqual(set(by_team), set(teams))
        self.assertEqual(
            {team.name: count for team, count in by_team.items()},
            Counter(row["Team"] for row in rows),
        )


@tagged("post_install", "-at_install", "full")
class TestTwentyThousand(PublicDataCase):
    def test_20000_rows_of_history_cause_nothing_and_cost_the_same_each(self):
        # C-06
        def rows(count, batch):
            return [
                {
                    "External ID": f"{batch}_{number}",
                    "Number": f"{batch}-{number}",
                    "Received on": f"20{10 + number % 14}-03-0{1 + number % 9}",
                    "Closed on": f"20{10 + number % 14}-04-0{1 + number % 9}",
                    "Channel": "phone",
                    "Category": "Late delivery",
                    "Complainant": self.partner.email,
                    "What happened": f"Parcel {number} came late.",
                }
                for number in range(count)
            ]

        self.bring_rows(rows(50, "warm"))
        before = self.causes()
        spent = {}
        for count in (2000, 20000):
            start = time.monotonic()
            self.assertEqual(len(self.bring_rows(rows(count, f"n{count}"))), count)
            self.env.flush_all()
            spent[count] = (time.monotonic() - start) / count
        self.assertEqual(self.causes(), before)
        self.assertLess(spent[20000], 1.5 * spent[2000], spent)
