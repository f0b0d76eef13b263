-- One resource sent to one need whose rows are locked: the assignment, the need's step, that of the needs joined to
-- it, and the journal, in one statement. The exclusion constraint assignment_resource_not_booked_twice decides
-- whether the resource is free. Relies on the index of needs by joined_to.
WITH sent AS (
    INSERT INTO kernel_assignment (id, need_id, resource_id, address, state, booked, exclusive, reasons, offered_by_id,
                                   offered_at, end_reason, end_words, version)
    VALUES (%(id)s, %(need)s, %(resource)s, %(address)s, 'offered', tstzrange(%(now)s, %(until)s), %(exclusive)s,
            %(reasons)s, %(actor)s, %(now)s, '', '', 1)
), moved AS (
    UPDATE kernel_need
    SET state = %(state)s, due_at = %(due_at)s, assigned_at = coalesce(assigned_at, %(now)s),
        version = version + (id = %(need)s)::int
    WHERE id = %(need)s OR joined_to_id = %(need)s
    RETURNING id, address, incident_id, joined_to_id
)
INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
SELECT %(now)s::timestamptz, %(actor)s::bigint, 'need.assigned', 'need', id::text, address, incident_id, %(channel)s,
       CASE WHEN joined_to_id IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('with', %(code)s::text) END
FROM moved
WHERE %(changed)s
UNION ALL
SELECT %(now)s::timestamptz, %(actor)s::bigint, 'assignment.offered', 'assignment', %(id)s::text, address, incident_id,
       %(channel)s, jsonb_build_object('resource', %(name)s::text)
FROM moved
WHERE joined_to_id IS NULL
