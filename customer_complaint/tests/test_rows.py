from types import SimpleNamespace
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..tools import rows
from .common import ComplaintCommon


@tagged("post_install", "-at_install")
class TestRows(ComplaintCommon):
    """Several people work on the same rows at the same moment."""

    def claim_overtaken(self, request):
        """Claim a complaint that somebody else has changed since."""
        execute = self.cr.execute

        def collide(query, *args, **kwargs):
            if "SET write_date = write_date" in str(query):
                raise SerializationFailure("could not serialize access")
            return execute(query, *args, **kwargs)

        with (
            patch.object(rows, "request", request),
            patch.object(self.cr, "execute", collide),
        ):
            rows.claim(self.make_owned())

    def test_who_is_overtaken_as_often_as_it_is_repeated_is_told_to_try_again(self):
        #
        request = SimpleNamespace(httprequest=SimpleNamespace(environ={}))
        for _try in range(rows.MAX_TRIES_ON_CONCURRENCY_FAILURE - 1):
            with self.assertRaises(SerializationFailure):  # Odoo starts it again
                self.claim_overtaken(request)
        with self.assertRefused(UserError, "Nothing of yours was saved"):
            self.claim_overtaken(request)

    def test_a_job_starts_again_by_itself(self):
        with self.assertRaises(SerializationFailure):
            self.claim_overtaken(None)
