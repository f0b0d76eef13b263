-- One notice to every account that answers for a recipient of a directive in a state: whoever holds an answering role at
-- the very desk, whoever holds the post, members of the organisation, the account itself. Relies on
-- post_holder_address.
WITH mine AS (
    SELECT address, desk, organisation_id, user_id, post FROM command_receipt
    WHERE directive_id = %(directive)s AND state = %(state)s
), accounts AS (
    SELECT held.user_id, mine.address FROM mine JOIN kernel_grant AS held ON held.address IN (mine.desk, mine.address)
    WHERE mine.organisation_id IS NULL AND mine.user_id IS NULL AND held.role = ANY(%(answering)s)
      AND (held.incident_id IS NULL OR held.incident_id = %(incident)s)
    UNION SELECT account.id, mine.address FROM mine JOIN kernel_user AS account
      ON account.organisation_id = mine.organisation_id AND account.is_active
    UNION SELECT account.id, mine.address FROM mine
      JOIN command_postholder AS holder ON holder.address = mine.address AND holder.post_id = mine.post
       AND holder.incident_id = %(incident)s
      JOIN kernel_user AS account ON account.id = holder.account_id AND account.is_active
    UNION SELECT user_id, address FROM mine WHERE user_id IS NOT NULL
)
INSERT INTO kernel_notice (id, user_id, address, capability, template, params, link, made_at, state, tries)
SELECT gen_random_uuid(), user_id, min(address), '', %(template)s,
       jsonb_build_object('number', %(number)s::integer), %(link)s, %(now)s, 'waiting', 0
FROM accounts GROUP BY user_id
