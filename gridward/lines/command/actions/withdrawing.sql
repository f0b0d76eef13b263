-- Whoever has not done it need not any more, and its screen learns of it by the journal; what was done stays done.
WITH ended AS (
    UPDATE command_receipt SET state = 'withdrawn', next_at = NULL
    WHERE directive_id = %(directive)s AND state <> 'done'
    RETURNING id, address
)
INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
SELECT %(now)s, %(sender)s, 'directive.ended', 'directive', id::text, address, %(incident)s, %(channel)s,
       jsonb_build_object('directive', %(directive)s::text, 'number', %(number)s::integer)
FROM ended
