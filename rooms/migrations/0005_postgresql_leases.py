"""Functions for PostgreSQL: the commit knows leases, and rooms are entered in one call.

Other databases use the portable forms, so there this migration does nothing.
"""

from importlib import import_module

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# The rooms are locked by a statement of their own, in the order every writer takes them, so that
# the second statement sees what the former holders of the locks have written.
#
# Only then the clock is read, for the leases: now() would be frozen at the start of the transaction.
#
# At most one unit may name a room; the index of an event is then its place after next_index.
#
# A plan made while the tables were small lasts until they have grown, and on a small table every
# index costs the same. So rooms are found by their id, which only one index holds, unit by unit
# (LIMIT keeps that from becoming a join) or by the array of ids, and the settings leave no way but
# the index. A key could be searched in several indexes, and so could the open jobs of a lane: those
# look-ups are planned anew by EXECUTE. The guesses about the sizes of JSON arrays are wild, so that
# PostgreSQL would compile what runs for a millisecond. A room with a million events must cost what
# an empty one costs.
#
# A job whose lane holds an open job that its owner does not hold is born unleased: else it would be
# done before that one. Jobs of the same call are not stored yet when this is looked up, so that
# they do not stand in each other's way.
COMMIT = """
CREATE FUNCTION roomkit_rooms_commit(units jsonb, lane_scope text DEFAULT 'binding')
RETURNS TABLE (place bigint, answer text)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
SET jit = off
AS $body$
#variable_conflict use_column
DECLARE
    moment timestamptz;
    named text[];
    keys text[];
    originals text[];
    obstructed jsonb[];
BEGIN
    SELECT array_agg(asked.unit ->> 'room_id' ORDER BY asked.place),
           array_agg(asked.unit #>> '{events,0,event,idempotency_key}' ORDER BY asked.place)
      INTO named, keys
      FROM jsonb_array_elements(units) WITH ORDINALITY AS asked(unit, place);

    PERFORM 1
       FROM roomkit_rooms_room AS room
      WHERE room.id = ANY (named)
      ORDER BY room.id
        FOR NO KEY UPDATE;

    moment := clock_timestamp();

    EXECUTE $look_up$
        SELECT array_agg(
                   (SELECT event.id
                      FROM roomkit_rooms_event AS event
                     WHERE event.room_id = asked.room_id AND event.idempotency_key = asked.key)
                   ORDER BY asked.place
               )
          FROM unnest($1, $2) WITH ORDINALITY AS asked(room_id, key, place)
    $look_up$ INTO originals USING named, keys;

    IF jsonb_path_exists(units, '$[*] ? (@.lease_owner != "").events[*].deliveries[*]') THEN
        EXECUTE $look_up$
            SELECT array_agg(jsonb_build_array(lane.room_id, lane.channel_id))
              FROM (
                  SELECT DISTINCT asked.unit ->> 'room_id' AS room_id,
                         asked.unit ->> 'lease_owner' AS owner,
                         delivery ->> 'channel_id' AS channel_id
                    FROM jsonb_array_elements($1) AS asked(unit)
                   CROSS JOIN jsonb_array_elements(asked.unit -> 'events') AS step(write)
                   CROSS JOIN jsonb_array_elements(step.write -> 'deliveries') AS delivery
              ) AS lane
             CROSS JOIN LATERAL (
                 SELECT 1
                   FROM roomkit_rooms_delivery AS job
                  WHERE job.room_id = lane.room_id
                    AND ($2 = 'room' OR job.channel_id = lane.channel_id)
                    AND job.state IN ('pending', 'sending', 'waiting')
                    AND (job.lease_owner <> lane.owner OR job.lease_until IS NULL
                         OR job.lease_until <= $3)
                  LIMIT 1
             ) AS obstacle
        $look_up$ INTO obstructed USING units, lane_scope, moment;
    END IF;

    RETURN QUERY
    WITH judged AS MATERIALIZED (
        SELECT asked.place,
               asked.unit,
               room.id AS room_id,
               room.next_index,
               room.owner_epoch,
               originals[asked.place] AS original_id,
               size.events AS grown_by,
               size.events > 0 AND room.status = 'paused'
                   AND (asked.unit ->> 'reactivates')::boolean AS resumed,
               (asked.unit ->> 'releases_lease')::boolean
                   AND asked.unit ->> 'lease_token' IS NOT NULL AS released,
               CASE
                   WHEN room.id IS NULL THEN 'room_not_found'
                   WHEN originals[asked.place] IS NOT NULL THEN 'duplicate'
                   WHEN (asked.unit ->> 'lease_token')::bigint <> room.lease_token THEN 'lease_lost'
                   WHEN size.events > 0 AND room.status NOT IN ('active', 'paused')
                       AND NOT (asked.unit ->> 'exempt_from_status')::boolean THEN 'room_closed'
                   WHEN (asked.unit ->> 'owner_epoch')::integer <> room.owner_epoch THEN 'stale_owner'
                   ELSE 'committed'
               END AS outcome
          FROM jsonb_array_elements(units) WITH ORDINALITY AS asked(unit, place)
         CROSS JOIN LATERAL (SELECT jsonb_array_length(asked.unit -> 'events') AS events) AS size
          LEFT JOIN LATERAL (
              SELECT * FROM roomkit_rooms_room AS one WHERE one.id = asked.unit ->> 'room_id' LIMIT 1
          ) AS room ON true
    ), written AS MATERIALIZED (
        SELECT judged.room_id,
               judged.owner_epoch,
               judged.unit ->> 'lease_owner' AS lease_owner,
               (judged.unit ->> 'lease_seconds')::double precision AS lease_seconds,
               judged.next_index + step.number - 1 AS index,
               step.write -> 'event' AS event,
               step.write -> 'deliveries' AS deliveries
          FROM judged
         CROSS JOIN LATERAL jsonb_array_elements(judged.unit -> 'events')
               WITH ORDINALITY AS step(write, number)
         WHERE judged.outcome = 'committed'
    ), stored AS (
        INSERT INTO roomkit_rooms_event (
            id, room_id, index, type, status, blocked_by, visibility, response_visibility,
            addressed_to, chain_depth, parent_event_id, thread_root_id, correlation_id,
            idempotency_key, source_channel_id, source_channel_type, source_direction,
            source_participant_id, source_external_id, source_provider,
            source_provider_message_id, raw_payload, content, metadata, channel_data,
            delivery_results, created_at
        )
        SELECT event ->> 'id',
               room_id,
               index,
               event ->> 'type',
               event ->> 'status',
               event ->> 'blocked_by',
               event ->> 'visibility',
               event ->> 'response_visibility',
               NULLIF(event -> 'addressed_to', 'null'::jsonb),
               (event ->> 'chain_depth')::integer,
               event ->> 'parent_event_id',
               event ->> 'thread_root_id',
               event ->> 'correlation_id',
               event ->> 'idempotency_key',
               event #>> '{source,channel_id}',
               event #>> '{source,channel_type}',
               event #>> '{source,direction}',
               event #>> '{source,participant_id}',
               event #>> '{source,external_id}',
               event #>> '{source,provider}',
               event #>> '{source,provider_message_id}',
               event #> '{source,raw_payload}',
               event -> 'content',
               event -> 'metadata',
               event -> 'channel_data',
               event -> 'delivery_results',
               (event ->> 'created_at')::timestamptz
          FROM written
    ), grown AS (
        UPDATE roomkit_rooms_room AS room
           SET event_count = room.event_count + judged.grown_by,
               next_index = room.next_index + judged.grown_by,
               updated_at = (judged.unit ->> 'at')::timestamptz,
               last_activity_at = CASE
                   WHEN judged.grown_by > 0 AND (judged.unit ->> 'touches_activity')::boolean
                   THEN (judged.unit ->> 'at')::timestamptz ELSE room.last_activity_at END,
               status = CASE WHEN judged.resumed THEN 'active' ELSE room.status END,
               paused_at = CASE WHEN judged.resumed THEN NULL ELSE room.paused_at END,
               lease_owner = CASE WHEN judged.released THEN '' ELSE room.lease_owner END,
               lease_until = CASE WHEN judged.released THEN NULL ELSE room.lease_until END
          FROM judged
         WHERE room.id = ANY (named)
           AND room.id = judged.room_id
           AND judged.outcome = 'committed'
        RETURNING room.id, roomkit_rooms_room_value(room) AS value
    ), planned AS MATERIALIZED (
        SELECT replace(gen_random_uuid()::text, '-', '') AS id,
               written.room_id,
               written.event ->> 'id' AS event_id,
               written.index AS event_index,
               step.number,
               step.delivery ->> 'channel_id' AS channel_id,
               step.delivery ->> 'kind' AS kind,
               written.owner_epoch,
               step.delivery ->> 'traceparent' AS traceparent,
               CASE WHEN birth.leased THEN written.lease_owner ELSE '' END AS lease_owner,
               CASE WHEN birth.leased
                    THEN moment + written.lease_seconds * interval '1 second'
               END AS lease_until
          FROM written
         CROSS JOIN LATERAL jsonb_array_elements(written.deliveries)
               WITH ORDINALITY AS step(delivery, number)
         CROSS JOIN LATERAL (
             SELECT written.lease_owner <> '' AND NOT COALESCE(
                 jsonb_build_array(written.room_id, step.delivery ->> 'channel_id')
                     = ANY (obstructed), false
             ) AS leased
         ) AS birth
    ), queued AS (
        INSERT INTO roomkit_rooms_delivery (
            id, room_id, event_id, event_index, channel_id, kind, state, attempts, owner_epoch,
            due_at, lease_owner, lease_until, traceparent
        )
        SELECT id, room_id, event_id, event_index, channel_id, kind, 'pending', 0, owner_epoch,
               moment, lease_owner, lease_until, traceparent
          FROM planned
    ), listed AS (
        SELECT room_id,
               json_agg(
                   json_build_object(
                       'id', id,
                       'room_id', room_id,
                       'event_id', event_id,
                       'event_index', event_index,
                       'channel_id', channel_id,
                       'kind', kind,
                       'owner_epoch', owner_epoch,
                       'due_at', moment,
                       'lease_owner', lease_owner,
                       'lease_until', lease_until,
                       'traceparent', traceparent
                   ) ORDER BY event_index, number
               ) AS jobs
          FROM planned
         GROUP BY room_id
    )
    SELECT judged.place,
           json_build_object(
               'outcome', judged.outcome,
               'room', COALESCE(grown.value, (
                   SELECT roomkit_rooms_room_value(room)
                     FROM roomkit_rooms_room AS room
                    WHERE room.id = judged.room_id
               )),
               'first_index', judged.next_index,
               'original_id', judged.original_id,
               'resumed', COALESCE(grown.id IS NOT NULL AND judged.resumed, false),
               'jobs', COALESCE(listed.jobs, '[]'::json)
           )::text
      FROM judged
      LEFT JOIN grown ON grown.id = judged.room_id
      LEFT JOIN listed ON listed.room_id = judged.room_id;
END
$body$
"""

# Rooms that look held are passed over without waiting for the transaction that may be freeing them:
# whoever is told "busy" asks again. The others are locked in the order every writer takes them;
# after a wait PostgreSQL asks the condition again of the row as it is then.
#
# A token of 0 stands for a room that does not exist, NULL for one that another holds.
TAKE_LEASES = """
CREATE FUNCTION roomkit_rooms_take_leases(
    named text[], taker text, lease_seconds double precision
)
RETURNS TABLE (place bigint, token bigint)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $body$
#variable_conflict use_column
DECLARE
    free text[];
BEGIN
    SELECT array_agg(locked.id)
      INTO free
      FROM (
          SELECT room.id
            FROM roomkit_rooms_room AS room
           WHERE room.id = ANY (named)
             AND (room.lease_owner IN ('', taker) OR room.lease_until IS NULL
                  OR room.lease_until <= clock_timestamp())
           ORDER BY room.id
             FOR NO KEY UPDATE
      ) AS locked;

    UPDATE roomkit_rooms_room AS room
       SET lease_owner = taker,
           lease_token = room.lease_token + 1,
           lease_until = clock_timestamp() + lease_seconds * interval '1 second'
     WHERE room.id = ANY (free);

    RETURN QUERY
    SELECT asked.place,
           CASE WHEN room.id IS NULL THEN 0
                WHEN room.id = ANY (free) THEN room.lease_token
           END
      FROM unnest(named) WITH ORDINALITY AS asked(room_id, place)
      LEFT JOIN LATERAL (
          SELECT * FROM roomkit_rooms_room AS one WHERE one.id = asked.room_id LIMIT 1
      ) AS room ON true;
END
$body$
"""

# The second statement sees what the former holders of the leases have written. What it reads is
# said by the caller, who knows how to read a snapshot: a query of ($1 room ids, $2 keys) for
# (place, snapshot, known_id). It is planned anew each time.
ENTER = """
CREATE FUNCTION roomkit_rooms_enter(
    named text[], keys text[], taker text, lease_seconds double precision, reading text
)
RETURNS TABLE (place bigint, token bigint, snapshot text, known_id text)
LANGUAGE plpgsql
SET jit = off
AS $body$
#variable_conflict use_column
DECLARE
    tokens bigint[];
    entered text[];
BEGIN
    SELECT array_agg(lease.token ORDER BY lease.place),
           array_agg(CASE WHEN lease.token > 0 THEN named[lease.place] END ORDER BY lease.place)
      INTO tokens, entered
      FROM roomkit_rooms_take_leases(named, taker, lease_seconds) AS lease;

    RETURN QUERY EXECUTE format(
        'SELECT asked.place, asked.token, entry.snapshot, entry.known_id::text
           FROM unnest($3) WITH ORDINALITY AS asked(token, place)
           LEFT JOIN (%s) AS entry ON entry.place = asked.place',
        reading
    ) USING entered, keys, tokens;
END
$body$
"""

SIGNATURES = (
    "roomkit_rooms_enter(text[], text[], text, double precision, text)",
    "roomkit_rooms_take_leases(text[], text, double precision)",
    "roomkit_rooms_commit(jsonb, text)",
)

# Names of leases are never searched by their beginning.
LIKE_INDEX = r"""
    SELECT quote_ident(schemaname) || '.' || quote_ident(indexname)
      FROM pg_indexes
     WHERE schemaname = current_schema()
       AND tablename = 'roomkit_rooms_lease'
       AND indexname LIKE '%\_like'
"""


def make_functions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor != "postgresql":
        return
    schema_editor.execute("DROP FUNCTION roomkit_rooms_commit(jsonb)")
    for statement in (COMMIT, TAKE_LEASES, ENTER):
        schema_editor.execute(statement, params=None)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(LIKE_INDEX)
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        schema_editor.execute(f"DROP INDEX {name}")


def restore_function(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Bring the commit back that knows no leases; the index was of no use and stays away."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for signature in SIGNATURES:
        schema_editor.execute(f"DROP FUNCTION {signature}")
    schema_editor.execute(import_module("rooms.migrations.0002_postgresql_commit").COMMIT)


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0004_durable_leases")]

    operations = [migrations.RunPython(make_functions, restore_function)]
