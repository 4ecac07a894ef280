"""
What schemathesis needs to know beside the OpenAPI document (scripts/fuzz sets it up): a token of somebody who may, ids
that exist, so that handlers are reached, and what no answer may hold.

Reads from the environment: PPS_TRACE_URL, PPS_TRACE_ACCOUNTS (demo-accounts.json), PPS_TRACE_CODES (a code of
src/failures a line), PPS_TRACE_FIGURES (where to write what was counted), PPS_TRACE_SEED.
"""

import atexit
import collections
import datetime
import json
import os
import random
import re
import threading
import urllib.parse
import uuid

import requests
import schemathesis

URL = os.environ["PPS_TRACE_URL"]
CHANCE = random.Random(int(os.environ.get("PPS_TRACE_SEED", "1")))
LOCK = threading.RLock()

with open(os.environ["PPS_TRACE_ACCOUNTS"], encoding="utf-8") as file:
    ACCOUNTS = json.load(file)
with open(os.environ["PPS_TRACE_CODES"], encoding="utf-8") as file:
    CODES = set(file.read().split()) | {"unexpected"}
PERMISSIONS = {
    (method.upper(), path): operation.get("x-permission")
    for path, operations in requests.get(f"{URL}/api/v1/openapi.json", timeout=30).json()["paths"].items()
    for method, operation in operations.items()
}


class Seat:
    """One person, what they may do, and what there is in their organisation."""

    def __init__(self, account):
        self.token = account["token"]
        self.kind = account["organisationKind"]
        self.organisation = account["organisation"]
        me = self.read("/me")
        self.permissions = set(me.get("permissions", []))
        self.ids = collections.defaultdict(list)
        for key, path, field in [
            ("place", "/places?limit=200", "id"),
            ("person", "/colleagues?limit=200", "id"),
            ("shipment", "/shipments?limit=20", "id"),
            ("shipment", "/shipments?limit=20&direction=outgoing", "id"),
            ("event", "/incidents?limit=20", "event"),
            ("organisation", "/organisations?limit=20", "id"),
            ("recall", "/recalls?limit=20", "id"),
            ("programme", "/programmes?limit=20", "id"),
            ("gtin", "/products?limit=50", "gtin"),
        ]:
            for item in self.read(path).get("items", []):
                if field in item:
                    self.ids[key].append(item[field])
        for gtin in self.ids["gtin"][:4]:
            for item in self.read(f"/products/{gtin}/lots?limit=20").get("items", []):
                self.ids["device"].append((gtin, item["lot"]))
        for gtin, lot in self.ids["device"][:4]:
            history = self.read(f"/lots/{gtin}/{lot}/history")
            found = re.findall(r'"(?:id|event)":\s*"([0-9a-f-]{36})"', json.dumps(history))
            self.ids["event"].extend(found[:10])

    def read(self, path):
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.get(f"{URL}/api/v1{path}", headers=headers, timeout=30)
        return answer.json() if answer.status_code == 200 else {}


def seats():
    """One of each kind of organisation and role, and a second hospital."""
    chosen = {}
    for account in ACCOUNTS:
        key = (account["organisationKind"], account["role"])
        chosen.setdefault(key, Seat(account))
    return list(chosen.values())


SEATS = seats()
# What ends an account is aimed at ids that nobody has: the run would otherwise lock itself out.
DEADLY = re.compile(r"/(sign-out|me/password|one-time-password|active)$|^DELETE |^PATCH /api/v1/people")
UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")

# What a label leads to, and the forms in which it is given.
LABEL_LINK = "/01/{path}"
LABEL_FORMS = ["text/html", "application/json", "application/linkset+json", "application/ld+json"]


def seat_for(case):
    permission = PERMISSIONS.get((case.method.upper(), case.operation.path))
    able = [seat for seat in SEATS if permission in seat.permissions]
    return CHANCE.choice(able if able and CHANCE.random() < 0.95 else SEATS)


def new_id():
    return str(uuid.UUID(int=CHANCE.getrandbits(128), version=4))


def some(seat, key):
    known = seat.ids[key]
    return CHANCE.choice(known) if known else new_id()


PERSONS = {"surgeon", "scrubNurse", "circulatingNurse", "witness", "person"}
NAMES = {"place": "place", "from": "place", "parent": "place", "shipment": "shipment", "recall": "recall"}


def meant(seat, key, value, device):
    """A value that means something here, where the key says what it is."""
    if key == "commandId":
        return new_id()
    if key in PERSONS:
        return some(seat, "person")
    if key == "to":
        return some(seat, CHANCE.choice(["place", "organisation"]))
    if key in NAMES:
        return some(seat, NAMES[key])
    if key == "programme":
        return some(seat, "programme")
    if key == "happenedAt":
        return datetime.datetime.now(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
    if key == "gtin" and device:
        return device[0]
    if key == "lot" and device and isinstance(value, str):
        return device[1]
    if key in ("scan", "text") and device:
        return f"(01){device[0]}(10){device[1]}"
    if key == "quantity" and isinstance(value, int):
        return CHANCE.randint(1, 3)
    return value


def meaningful(seat, value):
    if isinstance(value, list):
        return [meaningful(seat, member) for member in value]
    if not isinstance(value, dict):
        return value
    device = CHANCE.choice(seat.ids["device"]) if seat.ids["device"] else None
    return {
        key: meaningful(seat, member) if isinstance(member, (dict, list)) else meant(seat, key, member, device)
        for key, member in value.items()
        # Serial numbers by chance are nobody's: a line is of a quantity half of the time.
        if key != "serials" or CHANCE.random() < 0.5
    }


def path_value(seat, operation, name, device):
    if operation == f"GET {LABEL_LINK}" and device:
        return f"{device[0]}/10/{urllib.parse.quote(device[1], safe='')}"
    if name in ("gtin", "lot") and device:
        return device[0 if name == "gtin" else 1]
    if name == "id":
        for word in ("recall", "programme", "place", "organisation"):
            if f"/{word}s/" in operation:
                return some(seat, word)
        return some(seat, "person")
    return some(seat, name) if name in ("shipment", "event", "organisation") else None


@schemathesis.hook
def before_call(context, case, kwargs):
    """Every request gets a token; two in three get ids that exist."""
    with LOCK:
        seat = seat_for(case)
        case.headers["Authorization"] = f"Bearer {seat.token}"
        # A cookie of a session beside it, without a word from where it comes, is a forgery (http/forgery.ts).
        if CHANCE.random() < 0.98:
            case.cookies = {}
        operation = f"{case.method.upper()} {case.operation.path}"
        if case.operation.path == LABEL_LINK:
            case.headers["Accept"] = CHANCE.choice(LABEL_FORMS)
        if DEADLY.search(operation):
            # schemathesis takes ids from earlier answers, those of our own tokens too.
            for name, value in list((case.path_parameters or {}).items()):
                if UUID.fullmatch(str(value)):
                    case.path_parameters[name] = new_id()
            return
        if CHANCE.random() < 0.33:
            return
        device = CHANCE.choice(seat.ids["device"]) if seat.ids["device"] else None
        for name in list(case.path_parameters or {}):
            value = path_value(seat, operation, name, device)
            if value is not None:
                case.path_parameters[name] = value
        if isinstance(case.body, (dict, list)):
            case.body = meaningful(seat, case.body)


COUNTED = collections.Counter()
SLOWEST = [0.0, ""]


@schemathesis.hook
def after_call(context, case, response):
    with LOCK:
        COUNTED[f"{case.method.upper()} {case.operation.path}", response.status_code] += 1
        if response.elapsed > SLOWEST[0]:
            SLOWEST[:] = [response.elapsed, f"{case.method.upper()} {case.operation.path}"]


INTERNALS = re.compile(
    r"Mongo(?:Server|Network|Error|ose)|BSON|E11000|node:internal|node_modules|\n\s+at |\.ts:\d|/src/|/work/|/home/|/tmp/"
)


@schemathesis.check
def tells_nothing_of_its_inside(ctx, response, case):
    """No stack, no name of a part, no path of a file; a refusal is a problem document with a code of the closed set."""
    kind = str(response.headers.get("content-type"))
    is_paper = "pdf" in kind
    # What is compressed holds any four letters sooner or later.
    found = None if is_paper or "png" in kind else INTERNALS.search(response.text)
    assert found is None, f"the answer tells of its inside: {found.group(0)!r}"
    # A thousand labels are a thousand pages; they are drawn a few at a time, between other requests.
    assert response.elapsed < (20 if is_paper else 5), f"it took {response.elapsed:.1f} s"
    if response.status_code >= 400 and "text/html" not in kind:
        assert "application/problem+json" in kind, f"a refusal of type {kind}"
        assert response.json()["code"] in CODES, f"an unknown code {response.json()['code']}"


@atexit.register
def write_figures():
    by_status = collections.Counter()
    reached = set()
    for (operation, status), count in COUNTED.items():
        by_status[str(status)] += count
        if status < 300:
            reached.add(operation)
    every = {f"{method} {path}" for method, path in PERMISSIONS}
    figures = {
        "requests": sum(COUNTED.values()),
        "byStatus": dict(sorted(by_status.items())),
        "operations": len(every),
        "accepted": len(reached & every),
        "neverAccepted": sorted(every - reached),
        "slowestSeconds": round(SLOWEST[0], 3),
        "slowest": SLOWEST[1],
    }
    with open(os.environ["PPS_TRACE_FIGURES"], "w", encoding="utf-8") as out:
        json.dump(figures, out, indent=2)
