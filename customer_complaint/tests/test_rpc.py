import ast
import inspect
import textwrap

from odoo.tests import tagged

from .common import ComplaintCommon

OURS = "odoo.addons.customer_"


@tagged("post_install", "-at_install")
class TestRpc(ComplaintCommon):
    """What other programs call is fit for every protocol that Odoo speaks."""

    def get_public_methods(self):
        """Every method of our models that programs may call, once."""
        classes = {
            cls
            for model in self.registry.values()
            for cls in model.mro()
            if cls.__module__.startswith(OURS) and ".tests." not in cls.__module__
        }
        return {
            function
            for cls in classes
            for name, function in vars(cls).items()
            if inspect.isfunction(function) and not name.startswith("_")
        }

    def answers(self, function):
        """Whether the last thing a method does is to answer, to refuse or to ask its parent."""
        [tree] = ast.parse(textwrap.dedent(inspect.getsource(function))).body
        inner = {
            part
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.Lambda) and node is not tree
            for part in ast.walk(node)
        }
        own = [node for node in ast.walk(tree) if node not in inner]
        given = [node.value for node in own if isinstance(node, ast.Return)]
        if not given:
            return isinstance(tree.body[-1], ast.Raise)
        return all(
            value is not None
            and not (isinstance(value, ast.Constant) and value.value is None)
            for value in given
        )

    def test_public_methods_answer_something_that_xml_rpc_can_carry(self):
        # Over XML-RPC "nothing" is an error after all was done; see the marshaller of Odoo.
        silent = sorted(
            f"{function.__module__}.{function.__qualname__}"
            for function in self.get_public_methods()
            if not self.answers(function)
        )
        self.assertEqual(silent, [])
