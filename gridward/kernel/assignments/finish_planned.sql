-- Many resources that came are done, each at its own moment; a need that nobody holds any more is served. What shows
-- it, the scan at coming and going, is kept by the line. Said again, nothing changes.
WITH said AS (
    SELECT * FROM unnest(%(ids)s::uuid[], %(moments)s::timestamptz[]) AS said (id, moment)
), done AS (
    UPDATE kernel_assignment AS one
    SET state = 'done', ended_at = greatest(said.moment, one.arrived_at, one.offered_at),
        booked = tstzrange(lower(one.booked), greatest(lower(one.booked), said.moment)), version = one.version + 1
    FROM said, kernel_resource AS resource
    WHERE one.id = said.id AND one.state = 'arrived' AND resource.id = one.resource_id
    RETURNING one.id, one.need_id, one.address, one.ended_at, resource.name
), served AS (
    UPDATE kernel_need AS need
    SET state = 'served', closed_at = greatest(last.at, need.opened_at), closed_by_id = %(actor)s,
        version = need.version + 1
    FROM (SELECT need_id, max(ended_at) AS at FROM done GROUP BY need_id) AS last
    WHERE need.id = last.need_id AND need.state IN ('assigned', 'moving')
      AND NOT EXISTS (SELECT FROM kernel_assignment AS other
                      WHERE other.need_id = need.id AND other.state IN ('offered', 'accepted', 'under_way', 'arrived')
                        AND other.id NOT IN (SELECT id FROM done))
    RETURNING need.id, need.address, need.incident_id, last.at
), journalled AS (
    INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
    SELECT at, %(actor)s::bigint, 'need.served', 'need', id::text, address, incident_id, %(channel)s, '{}'::jsonb
    FROM served
    UNION ALL
    SELECT done.ended_at, %(actor)s::bigint, 'assignment.done', 'assignment', done.id::text, done.address,
           need.incident_id, %(channel)s, jsonb_build_object('resource', done.name)
    FROM done JOIN kernel_need AS need ON need.id = done.need_id
)
SELECT done.id, done.need_id, done.address, need.incident_id, done.name, done.need_id IN (SELECT id FROM served)
FROM done JOIN kernel_need AS need ON need.id = done.need_id
