"""The same few routes as a competent Python service would have them: Flask, SQLAlchemy Core, SQLite, gunicorn.

It works on a copy of Portico's own database file, so tables, indexes, constraints and the number of bags are the same,
with the same durability (WAL, synchronous=FULL). What it leaves out makes it faster, not slower: no custody events, no
outbox, no audit, no rate limit, no permissions, a signed cookie instead of a stored session.

RIVAL_DATABASE names the file, or is the URL of a PostgreSQL for the export alone.
"""

import hashlib
import hmac
import json
import os
import secrets
import time
from datetime import datetime, timezone

from flask import Flask, jsonify, request, session
from sqlalchemy import create_engine, event, text

app = Flask(__name__)
app.secret_key = os.environ.get("RIVAL_SECRET", "only-for-measurements")
app.json.sort_keys = False

DATABASE = os.environ["RIVAL_DATABASE"]
IS_FILE = "://" not in DATABASE
if IS_FILE:
    engine = create_engine(
        "sqlite:///" + DATABASE, pool_size=2, max_overflow=0, connect_args={"timeout": 30})
else:
    engine = create_engine(
        DATABASE.replace("postgres://", "postgresql+psycopg://", 1), pool_size=2, max_overflow=0,
        connect_args={"options": "-c search_path=bags"})


@event.listens_for(engine, "connect")
def prepare(connection, _record):
    """Leaves transactions to SQLAlchemy's own BEGIN and asks for Portico's durability."""
    if not IS_FILE:
        return
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-16384"):
        connection.execute(f"PRAGMA {pragma}").close()


@event.listens_for(engine, "begin")
def begin(connection):
    """Readers start deferred; a writer takes its lock at once, so that two of them never deadlock."""
    if not IS_FILE:
        return
    mode = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
    connection.exec_driver_sql(f"BEGIN {mode}")


BAG_BY_CODE = text("""
    SELECT b.id, b.code, b.kind, b.product_type, b.area_code, b.status, b.child_count, b.capacity,
        b.unit_weight_grams, b.lot, b.test_date, b.sscc, b.hold_reason, b.created_at, b.updated_at,
        p.code AS parent_code, l.id AS bill_id, l.code AS bill_code, l.state AS bill_state
    FROM bags b LEFT JOIN bags p ON p.id = b.parent_id LEFT JOIN bills l ON l.id = coalesce(b.bill_id, p.bill_id)
    WHERE b.code = :code""")
BAG_PAGE = text("""
    SELECT b.id, b.code, b.kind, b.product_type, b.area_code, b.status, b.child_count, b.capacity,
        b.unit_weight_grams, b.lot, b.test_date, b.sscc, b.hold_reason, b.created_at, b.updated_at,
        p.code AS parent_code, l.id AS bill_id, l.code AS bill_code, l.state AS bill_state
    FROM bags b LEFT JOIN bags p ON p.id = b.parent_id LEFT JOIN bills l ON l.id = coalesce(b.bill_id, p.bill_id)
    WHERE b.id < :before ORDER BY b.id DESC LIMIT :limit""")
ALL_BAGS = text("""
    SELECT b.code, b.kind, b.product_type, b.area_code, b.status, p.code AS parent_code, l.code AS bill_code,
        b.child_count, b.capacity, b.child_count * b.unit_weight_grams AS weight_grams, b.lot, b.test_date, b.sscc,
        b.created_at, b.updated_at
    FROM bags b LEFT JOIN bags p ON p.id = b.parent_id LEFT JOIN bills l ON l.id = coalesce(b.bill_id, p.bill_id)
    WHERE b.status <> 'retired' ORDER BY b.id""")
COUNTERS = text("SELECT name, sum(value) AS value FROM counters GROUP BY name")
SCAN_BY_CLIENT = text("SELECT * FROM scans WHERE user_id = :user AND client_scan_id = :client")
PARENT = text("SELECT * FROM bags WHERE code = :code AND kind = 'parent'")
CHILD = text("SELECT * FROM bags WHERE code = :code AND kind = 'child'")
NEW_SCAN = text("""
    INSERT INTO scans (user_id, client_scan_id, content_hash, kind, outcome, code, parent_code, area_code, count_after,
        capacity, status_after, scanned_at, recorded_at, clock_adjusted, request_id)
    VALUES (:user, :client, :hash, 'child', 'linked', :code, :parent, :area, :count, :capacity, :status, :now, :now, 0,
        :request)
    RETURNING id""")
NEW_CHILD = text("""
    INSERT INTO bags (code, code_reversed, kind, area_code, status, parent_id, parent_kind, link_scan_id, linked_at,
        linked_by, created_at, created_by, updated_at)
    VALUES (:code, :reversed, 'child', :area, 'linked', :parent, 'parent', :scan, :now, :user, :now, :user, :now)""")
LINK_CHILD = text("""
    UPDATE bags SET status = 'linked', parent_id = :parent, parent_kind = 'parent', link_scan_id = :scan,
        linked_at = :now, linked_by = :user, updated_at = :now WHERE id = :id""")
COUNT_PARENT = text("UPDATE bags SET child_count = :count, status = :status, updated_at = :now WHERE id = :id")
ADD_COUNTER = text("""
    INSERT INTO counters (area_code, name, shard, value) VALUES (:area, :name, 0, :delta)
    ON CONFLICT (area_code, name, shard) DO UPDATE SET value = counters.value + excluded.value""")


def moment(milliseconds):
    """RFC 3339 with milliseconds."""
    stamp = datetime.fromtimestamp(milliseconds / 1000, timezone.utc)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


def refuse(status, code):
    """A problem document."""
    answer = jsonify(type="about:blank", title=code.replace("_", " "), status=status, code=code)
    answer.status_code = status
    answer.mimetype = "application/problem+json"
    return answer


def bag(row):
    """A bag as Portico's lists show it."""
    shared = {"id": str(row.id), "code": row.code, "kind": row.kind, "area_code": row.area_code, "status": row.status}
    times = {
        "epc": f"http://127.0.0.1/bags/id/obj/{row.code}", "created_at": moment(row.created_at),
        "updated_at": moment(row.updated_at)}
    if row.kind == "child":
        return {**shared, "parent_code": row.parent_code, "lot": row.lot, "test_date": row.test_date, **times}
    bill = {"id": str(row.bill_id), "code": row.bill_code, "state": row.bill_state} if row.bill_id else None
    return {
        **shared, "product_type": row.product_type, "child_count": row.child_count, "capacity": row.capacity,
        "weight_grams": row.child_count * row.unit_weight_grams,
        "expected_weight_grams": row.capacity * row.unit_weight_grams, "sscc": row.sscc, "bill": bill,
        "hold": {"reason": row.hold_reason} if row.hold_reason else None, **times}


@app.get("/plaintext")
def plaintext():
    return "Hello, World!", 200, {"Content-Type": "text/plain"}


@app.get("/json")
def small():
    name = request.args.get("name", "World")
    return jsonify(message=f"Hello, {name}!", length=len(name.encode()))


@app.post("/session")
def sign_in():
    """Any account; the cookie is signed, and the token against forged requests lives in it."""
    session["user"] = 1
    session["csrf"] = secrets.token_urlsafe(24)
    return jsonify(csrf_token=session["csrf"]), 201


@app.get("/bags")
def bags():
    if "user" not in session:
        return refuse(401, "not_signed_in")
    limit = min(int(request.args.get("limit", 50)), 200)
    before = int(request.args.get("cursor", 2**62))
    with engine.connect() as connection:
        rows = connection.execute(BAG_PAGE, {"before": before, "limit": limit + 1}).all()
    cursor = str(rows[limit - 1].id) if len(rows) > limit else None
    return jsonify(items=[bag(row) for row in rows[:limit]], next_cursor=cursor)


@app.get("/bags/<code>")
def bag_by_code(code):
    if "user" not in session:
        return refuse(401, "not_signed_in")
    with engine.connect() as connection:
        row = connection.execute(BAG_BY_CODE, {"code": code}).first()
    if row is None:
        return refuse(404, "bag_not_found")
    found = bag(row)
    found["bill"] = {"id": str(row.bill_id), "code": row.bill_code, "state": row.bill_state} if row.bill_id else None
    return jsonify(found)


@app.get("/exports/bags.ndjson")
def export():
    """All bags, streamed in the order of ids."""
    if "user" not in session:
        return refuse(401, "not_signed_in")

    def lines():
        with engine.connect().execution_options(stream_results=True, yield_per=5000) as connection:
            for part in connection.execute(ALL_BAGS).mappings().partitions():
                yield "".join(
                    json.dumps({
                        **row, "created_at": moment(row["created_at"]), "updated_at": moment(row["updated_at"])},
                        separators=(",", ":")) + "\n"
                    for row in part)

    return app.response_class(lines(), mimetype="application/x-ndjson")


@app.get("/stats")
def stats():
    if "user" not in session:
        return refuse(401, "not_signed_in")
    with engine.connect() as connection:
        return jsonify({row.name: row.value for row in connection.execute(COUNTERS)})


@app.post("/scans/child")
def scan_child():
    if "user" not in session:
        return refuse(401, "not_signed_in")
    if not hmac.compare_digest(request.headers.get("X-CSRF-Token", ""), session["csrf"]):
        return refuse(403, "csrf_failed")
    body = request.get_json()
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        return link(connection, session["user"], body["parent"], body["code"], body["client_scan_id"])


def link(connection, user, parent_code, code, client):
    """The transaction of a packing scan: look up, decide, scan, link, count."""
    content = hashlib.sha256(f"child\n{parent_code}\n{code}".encode()).hexdigest()
    earlier = connection.execute(SCAN_BY_CLIENT, {"user": user, "client": client}).first()
    if earlier is not None:
        return refuse(409, "replayed") if earlier.content_hash != content else (jsonify(replayed=earlier.id), 201)
    parent = connection.execute(PARENT, {"code": parent_code}).first()
    if parent is None:
        return refuse(404, "parent_not_found")
    child = connection.execute(CHILD, {"code": code}).first()
    if child is not None and child.parent_id is not None:
        return refuse(409, "linked_elsewhere")
    if parent.bill_id is not None:
        return refuse(409, "parent_billed")
    if parent.child_count >= parent.capacity:
        return refuse(409, "parent_full")
    now = int(time.time() * 1000)
    count = parent.child_count + 1
    status = "full" if count == parent.capacity else "filling"
    shared = {"user": user, "code": code, "area": parent.area_code, "now": now, "count": count, "status": status}
    scan = connection.execute(
        NEW_SCAN,
        {**shared, "client": client, "hash": content, "parent": parent.code, "capacity": parent.capacity,
         "request": secrets.token_hex(12)}).scalar_one()
    if child is None:
        connection.execute(NEW_CHILD, {**shared, "reversed": code[::-1], "parent": parent.id, "scan": scan})
    else:
        connection.execute(LINK_CHILD, {**shared, "parent": parent.id, "scan": scan, "id": child.id})
    connection.execute(COUNT_PARENT, {**shared, "id": parent.id})
    deltas = [("scan.linked", 1), ("child.linked", 1)]
    if parent.status != status:
        deltas += [(f"parent.{parent.status}", -1), (f"parent.{status}", 1)]
    connection.execute(
        ADD_COUNTER, [{"area": parent.area_code, "name": name, "delta": delta} for name, delta in deltas])
    time_text = moment(now)
    return jsonify(
        scan={
            "id": str(scan), "client_scan_id": client, "kind": "child", "outcome": "linked", "code": code,
            "parent_code": parent.code, "area_code": parent.area_code, "scanned_at": time_text,
            "recorded_at": time_text, "clock_adjusted": False, "warnings": []},
        created=child is None, duplicate=False,
        parent={
            "code": parent.code, "product_type": parent.product_type, "capacity": parent.capacity,
            "child_count": count, "status": status, "weight_grams": count * parent.unit_weight_grams},
        child={"code": code, "lot": None, "test_date": None}), 201
