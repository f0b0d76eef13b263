-- Live assignments ended without proof, all at once; a need that nobody holds any more waits again.
-- Relies on the index of assignments by need.
WITH ended AS (
    UPDATE kernel_assignment AS one
    SET state = 'released', ended_at = greatest(%(now)s, one.offered_at), end_reason = %(reason)s,
        booked = tstzrange(lower(one.booked), greatest(lower(one.booked), %(now)s)), version = one.version + 1
    FROM kernel_resource AS resource
    WHERE one.id = ANY (%(ids)s::uuid[]) AND one.state IN ('offered', 'accepted', 'under_way', 'arrived')
      AND resource.id = one.resource_id
    RETURNING one.id, one.need_id, one.address, resource.name
), left_alone AS (
    SELECT DISTINCT need_id FROM ended
    WHERE NOT EXISTS (SELECT FROM kernel_assignment AS other
                      WHERE other.need_id = ended.need_id AND other.state IN ('offered', 'accepted', 'under_way',
                                                                              'arrived')
                        AND other.id <> ALL (%(ids)s::uuid[]))
), waiting AS (
    UPDATE kernel_need AS need
    SET state = 'waiting', version = need.version + 1,
        due_at = least(%(now)s + make_interval(secs => category.assign_s), greatest(need.promised_at, %(now)s))
    FROM kernel_category AS category
    WHERE need.id IN (SELECT need_id FROM left_alone) AND need.state IN ('assigned', 'moving')
      AND category.key = need.category_id
    RETURNING need.id, need.address, need.incident_id
), journalled AS (
    INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
    SELECT %(now)s, %(actor)s::bigint, 'need.released', 'need', id::text, address, incident_id, %(channel)s, '{}'::jsonb
    FROM waiting
    UNION ALL
    SELECT %(now)s, %(actor)s::bigint, 'assignment.released', 'assignment', ended.id::text, ended.address,
           need.incident_id, %(channel)s, jsonb_build_object('resource', ended.name, 'why', %(reason)s::text)
    FROM ended JOIN kernel_need AS need ON need.id = ended.need_id
)
SELECT ended.id, ended.need_id, ended.address, need.incident_id, ended.name,
       ended.need_id IN (SELECT id FROM waiting)
FROM ended JOIN kernel_need AS need ON need.id = ended.need_id
