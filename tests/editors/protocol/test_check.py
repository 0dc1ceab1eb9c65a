"""Whether check.py finds what is wrong: python3 -m unittest discover."""

import copy
import unittest

import check

RANGE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}
DIAGNOSTIC = {"range": RANGE, "message": "m", "severity": 2, "code": "x"}


def faults(**changes):
    diagnostic = copy.deepcopy(DIAGNOSTIC) | changes
    params = {"uri": "file:///a", "diagnostics": [{key: it for key, it in diagnostic.items() if it is not ...}]}
    message = {"jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params}
    return len(check.faults_of_message(message, {}))


class Diagnostics(unittest.TestCase):
    def test_right(self):
        self.assertEqual(faults(), 0)
        self.assertEqual(faults(data={"any": [1, None]}), 0)

    def test_wrong(self):
        wrong = {
            "no range": {"range": ...},
            "a number for a string": {"message": 5},
            "no such severity": {"severity": 9},
            "null for what may be absent": {"severity": None},
            "an object for a code": {"code": {"a": 1}},
            "a boolean for a tag": {"tags": [True]},
            "a property that does not exist": {"bogus": 1},
        }
        for at in (-1, 1.5, 2**31):
            wrong[f"line {at}"] = {"range": {"start": {"line": at, "character": 0}, "end": RANGE["end"]}}
        for what, changes in wrong.items():
            with self.subTest(what):
                self.assertEqual(faults(**changes), 1)

    def test_answers(self):
        answer = {"jsonrpc": "2.0", "id": 1, "result": None}
        self.assertEqual(check.faults_of_message(answer, {1: "textDocument/hover"}), [])
        self.assertEqual(len(check.faults_of_message(answer, {})), 1)
        self.assertEqual(len(check.faults_of_message({"jsonrpc": "2.0", "method": "no/such"}, {})), 1)


if __name__ == "__main__":
    unittest.main()
