-- What an approved plan sends, all at once: the assignments, the steps of their needs, and the journal, in one
-- statement. Needs and resources are locked by who asks. A resource that is off duty, a need that has ended, and a
-- resource booked meanwhile (assignment_resource_not_booked_twice) are passed over; every other row is kept.
WITH wanted AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(needs)s::uuid[], %(resources)s::uuid[], %(starts)s::timestamptz[],
                         %(ends)s::timestamptz[], %(reasons)s::text[])
        AS wanted (id, need_id, resource_id, starts, ends, reasons)
), pair AS (
    SELECT wanted.*, need.address, need.state AS state_before, resource.name, resource.exclusive
    FROM wanted
    JOIN kernel_need AS need ON need.id = wanted.need_id AND need.state IN ('waiting', 'assigned', 'moving')
    JOIN kernel_resource AS resource ON resource.id = wanted.resource_id AND resource.duty = 'on'
), sent AS (
    INSERT INTO kernel_assignment (id, need_id, resource_id, plan_id, address, state, booked, exclusive, reasons,
                                   offered_by_id, offered_at, end_reason, end_words, version)
    SELECT id, need_id, resource_id, %(plan)s, address, 'offered', tstzrange(starts, ends), exclusive, reasons::jsonb,
           %(actor)s, %(now)s, '', '', 1
    FROM pair
    ON CONFLICT DO NOTHING
    RETURNING id, need_id
), moved AS (
    UPDATE kernel_need AS need
    SET state = CASE before.state_before WHEN 'waiting' THEN 'assigned' ELSE need.state END,
        due_at = CASE before.state_before WHEN 'waiting' THEN greatest(need.promised_at, %(now)s) ELSE need.due_at END,
        assigned_at = coalesce(need.assigned_at, %(now)s),
        version = need.version + 1
    FROM (SELECT DISTINCT need_id, state_before FROM pair WHERE need_id IN (SELECT need_id FROM sent)) AS before
    WHERE need.id = before.need_id
    RETURNING need.id, need.address, need.incident_id, before.state_before
), journalled AS (
    INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
    SELECT %(now)s, %(actor)s::bigint, 'need.assigned', 'need', id::text, address, incident_id, %(channel)s, '{}'::jsonb
    FROM moved
    WHERE state_before = 'waiting'
    UNION ALL
    SELECT %(now)s, %(actor)s::bigint, 'assignment.offered', 'assignment', sent.id::text, pair.address,
           moved.incident_id, %(channel)s,
           jsonb_build_object('resource', pair.name, 'plan', %(plan)s::uuid::text)
    FROM sent JOIN pair ON pair.id = sent.id JOIN moved ON moved.id = sent.need_id
)
SELECT sent.id, sent.need_id, pair.address, moved.incident_id, pair.name, moved.state_before = 'waiting'
FROM sent JOIN pair ON pair.id = sent.id JOIN moved ON moved.id = sent.need_id
