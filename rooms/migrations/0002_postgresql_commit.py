"""Two functions for PostgreSQL: a room as JSON, and the commit of many rooms' units in one call.

Other databases use the portable form of the same commit, so there this migration does nothing.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# The JSON form of the room value: absent times are null, no organization is null.
ROOM_VALUE = """
CREATE FUNCTION roomkit_rooms_room_value(room roomkit_rooms_room) RETURNS json
LANGUAGE sql STABLE AS $body$
    SELECT json_build_object(
        'id', room.id,
        'organization_id', NULLIF(room.organization_id, ''),
        'status', room.status,
        'created_at', room.created_at,
        'updated_at', room.updated_at,
        'paused_at', room.paused_at,
        'closed_at', room.closed_at,
        'timers', json_build_object(
            'inactive_after_seconds', room.inactive_after_seconds,
            'closed_after_seconds', room.closed_after_seconds,
            'last_activity_at', room.last_activity_at
        ),
        'metadata', room.metadata,
        'event_count', room.event_count,
        'latest_index', room.next_index - 1,
        'history_version', room.history_version,
        'agent_activation', room.agent_activation,
        'agent_response_policy', room.agent_response_policy,
        'owner_kind', room.owner_kind,
        'owner_id', room.owner_id,
        'owner_epoch', room.owner_epoch
    )
$body$
"""

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
# the index. A key could be searched in several indexes: that look-up is planned anew by EXECUTE.
# A room with a million events must cost what an empty one costs.
COMMIT = """
CREATE FUNCTION roomkit_rooms_commit(units jsonb)
RETURNS TABLE (place bigint, answer text)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
SET enable_hashjoin = off
SET enable_mergejoin = off
AS $body$
#variable_conflict use_column
DECLARE
    moment timestamptz;
    named text[];
    keys text[];
    originals text[];
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
               CASE
                   WHEN room.id IS NULL THEN 'room_not_found'
                   WHEN originals[asked.place] IS NOT NULL THEN 'duplicate'
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
               paused_at = CASE WHEN judged.resumed THEN NULL ELSE room.paused_at END
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
               written.lease_owner,
               CASE WHEN written.lease_owner <> ''
                    THEN moment + written.lease_seconds * interval '1 second'
               END AS lease_until
          FROM written
         CROSS JOIN LATERAL jsonb_array_elements(written.deliveries)
               WITH ORDINALITY AS step(delivery, number)
    ), queued AS (
        INSERT INTO roomkit_rooms_delivery (
            id, room_id, event_id, event_index, channel_id, kind, state, attempts, owner_epoch,
            due_at, lease_owner, lease_until
        )
        SELECT id, room_id, event_id, event_index, channel_id, kind, 'pending', 0, owner_epoch,
               moment, lease_owner, lease_until
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
                       'lease_until', lease_until
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


def make_functions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(ROOM_VALUE)
        schema_editor.execute(COMMIT)


def drop_functions(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION roomkit_rooms_commit(jsonb)")
        schema_editor.execute("DROP FUNCTION roomkit_rooms_room_value(roomkit_rooms_room)")


class Migration(migrations.Migration):
    dependencies = [("roomkit_rooms", "0001_initial")]

    operations = [migrations.RunPython(make_functions, drop_functions)]
