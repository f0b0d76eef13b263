-- The recipients of a directive, each with its line in the journal, which is what its screen learns of it by: all in one
-- statement.
-- Relies on area_level, the key of areas, and the indexes of grants by user and organisations by key.
WITH chosen AS (
    SELECT area.address, area.level, NULL::uuid AS organisation_id, NULL::bigint AS user_id, '' AS post
    FROM kernel_area AS area
    WHERE area.gone_on IS NULL AND area.address <> %(desk)s
      AND ((area.level = ANY(%(levels)s) AND EXISTS (
              SELECT FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[]) AS held(low, high)
              WHERE area.address >= held.low AND area.address < held.high))
           OR area.address = ANY(%(areas)s::bigint[]))
    UNION ALL
    SELECT place.address, coalesce(area.level, 6), place.id, NULL, ''
    FROM kernel_organisation AS place LEFT JOIN kernel_area AS area ON area.address = place.address
    WHERE place.id = ANY(%(organisations)s::uuid[]) AND place.closed_on IS NULL
    UNION ALL
    SELECT area.address, area.level, NULL, NULL, template.key
    FROM kernel_area AS area
    JOIN command_posttemplate AS template ON template.key = ANY(%(posts)s::text[]) AND template.in_use
    WHERE area.gone_on IS NULL AND area.level = 12 AND area.address >= %(posts_low)s AND area.address < %(posts_high)s
    UNION ALL
    SELECT * FROM (
        SELECT DISTINCT ON (held.user_id) held.address, coalesce(area.level, 6), NULL::uuid, held.user_id, ''
        FROM kernel_grant AS held
        JOIN kernel_user AS account ON account.id = held.user_id AND account.is_active
        LEFT JOIN kernel_area AS area ON area.address = held.address
        JOIN unnest(%(lows)s::bigint[], %(highs)s::bigint[]) AS below(low, high)
          ON held.address >= below.low AND held.address < below.high
        WHERE held.role = ANY(%(roles)s) AND (held.incident_id IS NULL OR held.incident_id = %(incident)s)
          AND held.user_id IS DISTINCT FROM %(sender)s
        ORDER BY held.user_id, held.address
    ) AS accounts
), told AS (
    INSERT INTO command_receipt (id, directive_id, incident_id, address, level, organisation_id, user_id, post, version,
                                 state, sent_at, due_at, next_at, reminders, desk, desk_level, climbs)
    SELECT gen_random_uuid(), %(directive)s, %(incident)s, address, level, organisation_id, user_id, post, 1,
           'sent', %(now)s, %(due)s, %(look)s, 0,
           CASE WHEN level > 12 THEN address - address %% 10000000 ELSE address END, least(level, 12), 0
    FROM chosen
    ON CONFLICT DO NOTHING
    RETURNING id, address
), journalled AS (
    INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
    SELECT %(now)s, %(sender)s, 'directive.reached', 'directive', id::text, address, %(incident)s, %(channel)s,
           jsonb_build_object('directive', %(directive)s::text, 'number', %(number)s::integer)
    FROM told
)
SELECT count(*) FROM told
