-- Many resources came to what they were sent to, each at its own moment; said again, nothing changes.
WITH said AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(moments)s::timestamptz[]) AS said (id, moment)
), came AS (
    UPDATE kernel_assignment AS one
    SET state = 'arrived', arrived_at = greatest(said.moment, one.left_at), version = one.version + 1
    FROM said, kernel_resource AS resource
    WHERE one.id = said.id AND one.state IN ('offered', 'accepted', 'under_way') AND resource.id = one.resource_id
    RETURNING one.id, one.need_id, one.address, one.arrived_at, resource.name
), moving AS (
    UPDATE kernel_need AS need
    SET state = 'moving', arrived_at = least(need.arrived_at, first.at), version = need.version + 1
    FROM (SELECT came.need_id, min(came.arrived_at) AS at, need.state AS state_before
          FROM came JOIN kernel_need AS need ON need.id = came.need_id GROUP BY came.need_id, need.state) AS first
    WHERE need.id = first.need_id AND need.state IN ('assigned', 'moving')
    RETURNING need.id, need.address, need.incident_id, first.state_before, first.at
), journalled AS (
    INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
    SELECT at, %(actor)s::bigint, 'need.moving', 'need', id::text, address, incident_id, %(channel)s, '{}'::jsonb
    FROM moving
    WHERE state_before = 'assigned'
    UNION ALL
    SELECT came.arrived_at, %(actor)s::bigint, 'assignment.arrived', 'assignment', came.id::text, came.address,
           need.incident_id, %(channel)s, jsonb_build_object('resource', came.name)
    FROM came JOIN kernel_need AS need ON need.id = came.need_id
)
SELECT came.id, came.need_id, came.address, need.incident_id, came.name,
       came.need_id IN (SELECT id FROM moving WHERE state_before = 'assigned')
FROM came JOIN kernel_need AS need ON need.id = came.need_id
