-- Every open need whose next step is overdue climbs one desk, once. Workers skip what another holds,
-- and a climbed need is due later than now, so that no step is taken twice.
-- Relies on the index need_climbs, so that what waits at the last desk, the district (level 6), is not looked at again.
WITH overdue AS (
    SELECT need.id, need.address, need.holder_level, category.climb_s, category.name, category.name_en
    FROM kernel_need AS need
    JOIN kernel_category AS category ON category.key = need.category_id
    WHERE need.state IN ('waiting', 'assigned', 'moving')
      AND need.due_at <= %(now)s
      AND need.holder_level > 6
      AND need.joined_to_id IS NULL
    ORDER BY need.due_at
    LIMIT %(at_most)s
    FOR UPDATE OF need SKIP LOCKED
), climbed AS (
    UPDATE kernel_need AS need
    SET holder_level = CASE WHEN overdue.holder_level > 9 THEN 9 ELSE 6 END,
        holder = need.address - need.address %% CASE WHEN overdue.holder_level > 9
                                                    THEN 10000000000 ELSE 10000000000000 END,
        climbs = need.climbs + 1,
        due_at = %(now)s + make_interval(secs => overdue.climb_s),
        version = need.version + 1
    FROM overdue
    WHERE need.id = overdue.id
    RETURNING need.id, need.address, need.incident_id, need.holder, need.holder_level, need.climbs,
              need.tracking_code, overdue.name, overdue.name_en, overdue.holder_level AS from_level
), journalled AS (
    INSERT INTO kernel_entry (at, verb, subject_kind, subject_id, address, incident_id, channel, data)
    SELECT %(now)s, 'need.climbed', 'need', id::text, address, incident_id, 'system',
           jsonb_build_object('from_level', from_level, 'to_level', holder_level, 'climbs', climbs)
    FROM climbed
), told AS (
    INSERT INTO kernel_notice (id, address, capability, template, params, link, made_at, state, tries)
    SELECT gen_random_uuid(), holder, 'needs.assign', 'need.climbed',
           jsonb_build_object('code', tracking_code, 'category', name), '/needs/' || id::text,
           %(now)s, 'inbox', 0
    FROM climbed
)
SELECT id FROM climbed
