-- What every recipient had done about the version before is kept, and each stands at the start of the new one; its
-- screen learns of it by the journal.
WITH kept AS (
    INSERT INTO command_pastreceipt (id, receipt_id, version, address, sent_at, seen_at, accepted_at, done_at)
    SELECT gen_random_uuid(), id, version, address, sent_at, seen_at, accepted_at, done_at
    FROM command_receipt WHERE directive_id = %(directive)s AND state <> 'withdrawn'
    RETURNING receipt_id
), anew AS (
    UPDATE command_receipt AS receipt
    SET version = %(version)s, state = 'sent', sent_at = %(now)s, due_at = %(due)s, next_at = %(look)s, reminders = 0,
        seen_at = NULL, seen_by_id = NULL, accepted_at = NULL, accepted_by_id = NULL, done_at = NULL, done_by_id = NULL
    FROM kept WHERE receipt.id = kept.receipt_id
    RETURNING receipt.id, receipt.address
)
INSERT INTO kernel_entry (at, actor_id, verb, subject_kind, subject_id, address, incident_id, channel, data)
SELECT %(now)s, %(sender)s, 'directive.reached', 'directive', id::text, address, %(incident)s, %(channel)s,
       jsonb_build_object('directive', %(directive)s::text, 'number', %(number)s::integer, 'version', %(version)s::integer)
FROM anew
