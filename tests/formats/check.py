"""What readers of the reports make of them, and of the files that bring crosstrail into CI.

Called with the directory of the reports and the root of the repository. Each check is by a
program that others use, or by the schema that the format's owner publishes.
"""

import json
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from junitparser import Error, Failure, JUnitXml

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
MULTITOOL = MODULES / "@microsoft/sarif-multitool-linux"


def call(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def sarif(report):
    """The schema, and the rules of Microsoft's tool."""
    call(sys.executable, "-m", "check_jsonschema", "--schemafile", MULTITOOL / "sarif-2.1.0.json", report)
    tool = MULTITOOL / "Sarif.Multitool"
    tool.chmod(0o755)
    said = call(tool, "validate", report)
    assert "error" not in said and "warning" not in said, said
    run = json.loads(report.read_text())["runs"][0]
    prints = [result["partialFingerprints"]["crosstrail/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints) > 0
    return len(prints)


def gitlab(report):
    """The types of Code Climate, and what GitLab asks for beyond them."""
    issues = json.loads(report.read_text())
    source = report.with_suffix(".ts")
    source.write_text(
        f"import type {{ Issue }} from 'codeclimate-types';\nexport const issues: Issue[] = {json.dumps(issues)};\n"
    )
    link = report.parent / "node_modules"
    if not link.exists():
        link.symlink_to(MODULES)
    call("node", MODULES / "typescript/bin/tsc", "--noEmit", "--strict", "--moduleResolution", "node", source)
    for issue in issues:
        assert isinstance(issue["fingerprint"], str) and isinstance(issue["severity"], str), issue
        assert issue["description"] and issue["location"]["path"], issue
        assert issue["location"]["positions"]["begin"]["line"] >= 1, issue
    prints = [issue["fingerprint"] for issue in issues]
    assert len(set(prints)) == len(prints) > 0
    return len(prints)


def junit(report):
    document = JUnitXml.fromfile(str(report))
    cases = [case for suite in document for case in suite]
    failures = [result for case in cases for result in case.result if isinstance(result, Failure)]
    errors = [result for case in cases for result in case.result if isinstance(result, Error)]
    assert (document.tests, document.failures, document.errors) == (len(cases), len(failures), len(errors))
    assert all(result.message for result in failures + errors)
    return len(cases) - len(errors)


def checkstyle(report):
    root = ElementTree.parse(report).getroot()
    assert root.tag == "checkstyle"
    errors = [error for file in root for error in file]
    assert all(file.get("name") for file in root)
    for error in errors:
        assert int(error.get("line")) >= 1 and error.get("severity") in ("error", "warning", "info"), error.attrib
        assert error.get("message") and error.get("source").startswith("crosstrail."), error.attrib
    return len(errors)


def github(report):
    """Takes the commands apart as the runner does."""
    lines = report.read_text().split("\n")
    assert lines.pop() == ""
    count = 0
    for line in lines:
        head, message = line[2:].split("::", 1)
        command, parameters = head.split(" ", 1)
        values = dict(parameter.split("=", 1) for parameter in parameters.split(","))
        assert line.startswith("::") and command in ("error", "warning", "notice"), line
        assert message and values["file"] and int(values["line"]) >= 1, line
        count += values["title"] != "crosstrail"
    return count


def sets(root):
    """The files that bring crosstrail into CI."""
    schema = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    call(*schema, "vendor.github-actions", root / "action.yml")
    call(*schema, "vendor.github-workflows", *sorted((root / ".github/workflows").glob("*.yml")))
    call(*schema, "vendor.gitlab-ci", root / "ci/gitlab.yml")
    call(sys.executable, "-m", "pre_commit", "validate-manifest", root / ".pre-commit-hooks.yaml")


def main():
    reports, root = map(Path, sys.argv[1:])
    others = {check.__name__: check(reports / f"report.{check.__name__}") for check in (github, gitlab, junit, checkstyle)}
    assert len(set(others.values())) == 1, others
    results = sarif(reports / "report.sarif")
    assert results > others["github"], "what comments silence is in the log too"
    sets(root)
    print(f"{others}, sarif: {results}")


main()
