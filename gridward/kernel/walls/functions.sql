-- What the policies ask. Each checks the seal on the setting `gridward.scope`, so that no statement can widen it.
-- Source: docs/adr/0017-walls-in-the-database.md

-- The scope as it stands: 64 digits of seal, `t` (this transaction) or `s` (this session), and the claims as JSON.
-- Only the other functions may call it. Nothing, where the seal is missing, forged, or of another transaction.
CREATE OR REPLACE FUNCTION gridward_claims() RETURNS jsonb
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED AS $body$
DECLARE
    scope text := current_setting('gridward.scope', true);
    held @schema@.gridward_key;
    bound text;
BEGIN
    IF scope IS NULL OR length(scope) < 66 THEN
        RETURN NULL;
    END IF;
    SELECT * INTO held FROM @schema@.gridward_key;
    bound := pg_backend_pid()::text || CASE WHEN substr(scope, 65, 1) = 't'
        THEN 't' || extract(epoch FROM transaction_timestamp())::text ELSE 's' END || substr(scope, 66);
    IF left(scope, 64) <> encode(sha256(held.outward || sha256(held.inward || convert_to(bound, 'UTF8'))), 'hex') THEN
        RETURN NULL;
    END IF;
    RETURN substr(scope, 66)::jsonb;
END $body$;

-- Takes claims that the house signed for this connection a moment ago, and seals them to it.
CREATE OR REPLACE FUNCTION gridward_enter(claims text, at bigint, signature text, for_session boolean) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    held @schema@.gridward_key;
    said text := 'enter ' || pg_backend_pid() || ' ' || at || ' ' || for_session || ' ' || claims;
    bound text := pg_backend_pid()::text || CASE WHEN for_session THEN 's'
        ELSE 't' || extract(epoch FROM transaction_timestamp())::text END || claims;
BEGIN
    SELECT * INTO held FROM @schema@.gridward_key;
    IF abs(extract(epoch FROM clock_timestamp()) - at) > 300 OR signature IS DISTINCT FROM
       encode(sha256(held.outward || sha256(held.inward || convert_to(said, 'UTF8'))), 'hex') THEN
        RAISE EXCEPTION 'this scope was not signed by the house for this connection and moment: compare keys and clocks'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    PERFORM set_config('gridward.scope',
        encode(sha256(held.outward || sha256(held.inward || convert_to(bound, 'UTF8'))), 'hex')
        || CASE WHEN for_session THEN 's' ELSE 't' END || claims, NOT for_session);
END $body$;

-- Where the scope holds one of some capabilities.
CREATE OR REPLACE FUNCTION gridward_scope(VARIADIC capabilities text[]) RETURNS int8multirange
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    claims jsonb := @schema@.gridward_claims();
    capability text;
    reach int8multirange := '{}';
BEGIN
    IF claims IS NULL THEN
        RETURN reach;
    ELSIF claims ? '*' THEN
        RETURN '{(,)}';
    END IF;
    FOREACH capability IN ARRAY capabilities LOOP
        IF claims ? capability THEN
            reach := reach + (claims ->> capability)::int8multirange;
        END IF;
    END LOOP;
    RETURN reach;
END $body$;

-- Whether the scope holds one of some capabilities or marks at all. The mark `*` is the house itself.
CREATE OR REPLACE FUNCTION gridward_may(VARIADIC names text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    claims jsonb := @schema@.gridward_claims();
BEGIN
    RETURN claims IS NOT NULL AND (claims ? '*' OR claims ?| names);
END $body$;

-- Whether anybody acts at all: false where no scope was entered.
CREATE OR REPLACE FUNCTION gridward_somebody() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN @schema@.gridward_claims() IS NOT NULL;
END $body$;

-- The account that acts; null for residents and the house.
CREATE OR REPLACE FUNCTION gridward_me() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN (@schema@.gridward_claims() ->> 'me')::bigint;
END $body$;

-- The ids of the rows that were opened to who acts.
CREATE OR REPLACE FUNCTION gridward_opened() RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN coalesce(ARRAY(SELECT jsonb_array_elements_text(@schema@.gridward_claims() -> 'opened')), '{}');
END $body$;

-- Whether a resource is on a task, wherever that is: what a colleague may know who may see the resource.
CREATE OR REPLACE FUNCTION gridward_busy(resource uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    RETURN EXISTS (SELECT FROM @schema@.kernel_assignment
        WHERE resource_id = resource AND state IN ('offered', 'accepted', 'under_way', 'arrived'));
END $body$;

-- What a device's token stands for: asked before anybody has come in, so that an upload enters one scope only.
CREATE OR REPLACE FUNCTION gridward_device(token bytea) RETURNS TABLE (device_id uuid, epoch integer, address bigint,
    wipe boolean, user_id bigint, name text, incident_id uuid, roles text[], places bigint[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    running uuid := (SELECT i.id FROM @schema@.kernel_incident i WHERE i.closed_at IS NULL
        ORDER BY i.opened_at DESC LIMIT 1);
BEGIN
    RETURN QUERY SELECT d.id, d.epoch, d.address, d.wipe, d.user_id, u.username::text,
        running, coalesce(g.roles, '{}'), coalesce(g.places, '{}')
    FROM @schema@.kernel_device d JOIN @schema@.kernel_user u ON u.id = d.user_id AND u.is_active
    LEFT JOIN LATERAL (SELECT array_agg(grants.role::text ORDER BY grants.id) AS roles,
        array_agg(grants.address ORDER BY grants.id) AS places FROM @schema@.kernel_grant grants
        WHERE grants.user_id = d.user_id AND (grants.incident_id IS NULL OR grants.incident_id = running)) g ON true
    WHERE d.token_digest = token AND (d.revoked_at IS NULL OR d.wipe);
END $body$;

-- Brings what waits for a search index into it; only an index's owner may.
CREATE OR REPLACE FUNCTION gridward_settle(index text) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    PERFORM gin_clean_pending_list(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
        JOIN pg_am a ON a.oid = c.relam
        WHERE a.amname = 'gin' AND c.relname = index AND c.relnamespace = '@schema@'::regnamespace;
END $body$;
