"""check.py RECORD...: holds every message that a server sent against the meta model of LSP.

The records are those of tee.mjs. The classes of `lsprotocol` are generated from the meta model; its
own converter takes numbers for strings, null for what may be absent and properties that do not
exist, so this walks the classes itself. Exits with 1 if a message breaks the model.
"""

import collections.abc
import enum
import json
import sys
import types
import typing

import attrs
from lsprotocol import types as lsp

INTEGERS = range(-(2**31), 2**31)
# The optional properties that may be null as well, of what a server sends.
NULLABLE = {("SignatureHelp", "activeParameter"), ("SignatureInformation", "activeParameter"),
            ("OptionalVersionedTextDocumentIdentifier", "version"), ("WorkspaceFullDocumentDiagnosticReport", "version"),
            ("WorkspaceUnchangedDocumentDiagnosticReport", "version")}
SCALARS = {str: "a string", bool: "a boolean", int: "an integer", float: "a decimal"}
_fields = {}


def camel(name):
    first, *others = name.rstrip("_").split("_")
    return first + "".join(other[:1].upper() + other[1:] for other in others)


def fields(cls):
    if cls not in _fields:
        attrs.resolve_types(cls, vars(lsp), vars(lsp))
        _fields[cls] = {camel(field.name): field for field in attrs.fields(cls)}
    return _fields[cls]


def is_scalar(value, kind):
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and value in INTEGERS
    return isinstance(value, kind)


def faults(value, kind, path):
    """What of `value` is not of `kind`."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind in (typing.Any, object):
        return []
    if origin is typing.Literal:
        return [] if value in arguments else [f"{path}: {value!r} is none of {arguments}"]
    if origin in (typing.Union, types.UnionType):
        found = [faults(value, argument, path) for argument in arguments]
        return min(found, key=len) if all(found) else []
    if kind is type(None):
        return [] if value is None else [f"{path}: {value!r} is not null"]
    if kind in SCALARS:
        return [] if is_scalar(value, kind) else [f"{path}: {value!r} is not {SCALARS[kind]}"]
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        members = [member.value for member in kind]
        is_member = any(type(value) is type(member) and value == member for member in members)
        return [] if is_member else [f"{path}: {value!r} is no {kind.__name__}"]
    if origin in (list, tuple, collections.abc.Sequence):
        if not isinstance(value, list):
            return [f"{path}: not an array"]
        kinds = [arguments[min(at, len(arguments) - 1)] for at in range(len(value))] if origin is tuple else None
        return [fault for at, item in enumerate(value)
                for fault in faults(item, kinds[at] if kinds else arguments[0], f"{path}[{at}]")]
    if origin in (dict, collections.abc.Mapping):
        if not isinstance(value, dict):
            return [f"{path}: not an object"]
        return [fault for key, item in value.items() for fault in faults(item, arguments[1], f"{path}.{key}")]
    if isinstance(kind, type) and attrs.has(kind):
        return faults_of_object(value, kind, path)
    return []


def faults_of_object(value, cls, path):
    if not isinstance(value, dict):
        return [f"{path}: {str(value)[:40]!r} is no {cls.__name__}"]
    known, found = fields(cls), []
    for key, item in value.items():
        if key not in known:
            found.append(f"{path}.{key}: {cls.__name__} has no such property")
        elif item is None and known[key].default is None and (cls.__name__, key) not in NULLABLE:
            found.append(f"{path}.{key}: null where the property may only be absent")
        else:
            found += faults(item, known[key].type, f"{path}.{key}")
            if "uinteger_validator" in str(known[key].validator) and isinstance(item, int) and item < 0:
                found.append(f"{path}.{key}: {item} is negative")
    absent = [key for key, field in known.items() if field.default is attrs.NOTHING and key not in value]
    return found + [f"{path}.{key}: missing in {cls.__name__}" for key in absent]


def faults_of_message(message, asked):
    """What is wrong with a message of the server. `asked` has the methods of the client's requests by id."""
    if message.get("jsonrpc") != "2.0":
        return ["no jsonrpc: 2.0"]
    if "method" in message:
        method = message["method"]
        if method not in lsp.METHOD_TO_TYPES:
            return [f"{method}: not a method of LSP"]
        params = fields(lsp.METHOD_TO_TYPES[method][0]).get("params")
        if params is None or message.get("params") is None:
            return [f"{method}: no params"] if params is not None and params.default is attrs.NOTHING else []
        return [f"{method}: {fault}" for fault in faults(message["params"], params.type, "params")]
    method = asked.pop(message.get("id"), None)
    if method is None:
        return [f"an answer to {message.get('id')!r}, which nobody asked"]
    if ("result" in message) == ("error" in message):
        return [f"{method}: neither or both of result and error"]
    if "error" in message:
        found = faults(message["error"], lsp.ResponseError, "error")
    else:
        answer = (lsp.METHOD_TO_TYPES.get(method) or (None, None))[1]
        found = faults(message["result"], fields(answer)["result"].type, "result") if answer else []
    return [f"{method}: {fault}" for fault in found]


def check(path):
    """How many messages of the server there are, and what is wrong."""
    asked, count, found = {}, 0, []
    with open(path, encoding="utf-8") as record:
        for number, line in enumerate(record, 1):
            entry = json.loads(line)
            if "error" in entry:
                found.append(f"{path}:{number}: {entry['direction']}: {entry['error']}")
                continue
            message = entry["message"]
            if entry["direction"] == "client":
                if "id" in message and "method" in message:
                    asked[message["id"]] = message["method"]
                continue
            count += 1
            found += [f"{path}:{number}: {fault}" for fault in faults_of_message(message, asked)]
    # A client that goes away does not wait for what it asked last.
    return count, found


def main():
    total, broken = 0, 0
    for path in sys.argv[1:]:
        count, found = check(path)
        total, broken = total + count, broken + len(found)
        print(*found, sep="\n", end="\n" if found else "")
    print(f"{total} messages of the server, {broken} against the model of LSP")
    sys.exit(1 if broken or not total else 0)


if __name__ == "__main__":
    main()
