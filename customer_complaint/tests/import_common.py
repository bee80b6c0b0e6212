import csv
import io

from .common import ComplaintCommon


class ImportCommon(ComplaintCommon):
    """Files go through Odoo's import as its screen sends them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.complaints = cls.env["customer.complaint"]

    def make_file(self, rows):
        """CSV file of rows, dicts by column title."""
        text = io.StringIO()
        titles = list(dict.fromkeys(title for row in rows for title in row))
        writer = csv.DictWriter(text, titles, restval="")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()

    def bring(
        self,
        content,
        mode="history",
        dryrun=False,
        user=None,
        kind="text/csv",
        **context,
    ):
        """Test or import a file; what Odoo's import answers, and how it read the columns."""
        user = user or self.manager
        wizard = (
            self.env["base_import.import"]
            .with_user(user)
            .create(
                {"res_model": "customer.complaint", "file": content, "file_type": kind}
            )
        )
        options = {
            "advanced": True,
            "has_headers": True,
            "separator": ",",
            "quoting": '"',
            "encoding": "utf-8",
        }
        preview = wizard.parse_preview(options)
        self.assertNotIn("error", preview)
        options = preview["options"] | {"keep_matches": False, "sheets": []}
        matches = [
            "/".join(preview["matches"].get(index, ())) or False
            for index in range(len(preview["headers"]))
        ]
        self.assertNotIn(
            False, matches, dict(zip(preview["headers"], matches, strict=True))
        )
        if mode:
            context["complaint_import"] = mode
        context.setdefault("tracking_disable", True)
        answer = wizard.with_context(**context).execute_import(
            matches, [title.lower() for title in preview["headers"]], options, dryrun
        )
        return answer

    def bring_rows(self, rows, mode="history", **arguments):
        """The complaints of rows that must be right."""
        answer = self.bring(self.make_file(rows), mode, **arguments)
        self.assertFalse(answer["messages"])
        return self.complaints.browse(answer["ids"])

    def read_errors(self, rows, mode="history", **arguments):
        answer = self.bring(self.make_file(rows), mode, **arguments)
        self.assertFalse(answer["ids"])
        return [message["message"] for message in answer["messages"]]
