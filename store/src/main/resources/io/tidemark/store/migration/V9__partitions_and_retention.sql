-- processed_events by day. Rows that are there stay where they are, as one partition; they are read twice (for the newest, and
-- when it is attached), and not written.
do $$
declare
    hindrance text;
    views     text[];
    indexes   text[];
    triggers  text[];
    each      record;
    word      text;
    newest    timestamptz;
    bound     timestamptz;
    former    text;
begin
    select string_agg(what, '; ') into hindrance from (
        select 'materialized view ' || v.oid::regclass as what
        from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class
        where d.classid = 'pg_rewrite'::regclass and d.refobjid = 'processed_events'::regclass and v.relkind = 'm'
        union
        select 'unique index ' || indexrelid::regclass from pg_index
        where indrelid = 'processed_events'::regclass and indisunique
        union
        select 'publication ' || p.pubname from pg_publication_rel r join pg_publication p on p.oid = r.prpubid
        where r.prrelid = 'processed_events'::regclass
        union
        select 'row security policies' from pg_class
        where oid = 'processed_events'::regclass and relrowsecurity
    ) of_the_users_own;
    if hindrance is not null then
        raise exception 'processed_events becomes a table of partitions, and what you have put on it cannot go along: %', hindrance
            using hint = 'Drop it, migrate, and make it again. Unique indexes must hold event_timestamp too';
    end if;

    -- What was put on the table is to hold for all partitions.
    select array_agg(distinct format('create or replace view %s%s as %s', v.oid::regclass,
            ' with (' || array_to_string(v.reloptions, ', ') || ')', pg_get_viewdef(v.oid)))
        into views
    from pg_depend d join pg_rewrite r on r.oid = d.objid join pg_class v on v.oid = r.ev_class
    where d.classid = 'pg_rewrite'::regclass and d.refobjid = 'processed_events'::regclass and v.relkind = 'v';
    select array_agg(pg_get_indexdef(indexrelid)) into indexes from pg_index
    where indrelid = 'processed_events'::regclass;
    select array_agg(pg_get_triggerdef(oid)) into triggers from pg_trigger
    where tgrelid = 'processed_events'::regclass and not tgisinternal;
    for each in select tgname from pg_trigger where tgrelid = 'processed_events'::regclass and not tgisinternal loop
        execute format('drop trigger %I on processed_events', each.tgname);
    end loop;
    for each in select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
        where i.indrelid = 'processed_events'::regclass loop
        execute format('alter index %I rename to %I', each.relname, left(each.relname, 50) || '_former');
    end loop;

    alter table processed_events rename to processed_events_former;
    create table processed_events (like processed_events_former including all excluding indexes)
        partition by range (event_timestamp);
    foreach word in array coalesce(indexes, '{}') loop
        execute word;
    end loop;
    for each in select privilege_type, is_grantable,
            case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as grantee
        from pg_class, aclexplode(relacl)
        where pg_class.oid = 'processed_events_former'::regclass and grantee <> relowner loop
        execute format('grant %s on processed_events to %s%s', each.privilege_type, each.grantee,
            case when each.is_grantable then ' with grant option' else '' end);
    end loop;
    for each in select attname, privilege_type, is_grantable,
            case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as grantee
        from pg_attribute, aclexplode(attacl)
        where attrelid = 'processed_events_former'::regclass loop
        execute format('grant %s (%I) on processed_events to %s%s', each.privilege_type, each.attname, each.grantee,
            case when each.is_grantable then ' with grant option' else '' end);
    end loop;

    select max(event_timestamp) into newest from processed_events_former;
    if newest is not null then
        -- A job of the version before, which makes no partitions, can go on for a week.
        bound := date_trunc('day', greatest(newest, now()), 'UTC') + interval '8 days';
        former := 'processed_events_before_' || to_char(bound at time zone 'UTC', 'YYYY_MM_DD');
        execute format('alter table processed_events_former rename to %I', former);
        execute format('comment on table %I is %L', former, 'Rows of processed_events from before it had partitions');
        execute format('alter table processed_events attach partition %I for values from (minvalue) to (%L)', former, bound);
    end if;
    foreach word in array coalesce(triggers, '{}') loop
        execute word;
    end loop;
    foreach word in array coalesce(views, '{}') loop
        execute word;
    end loop;
    if newest is null then
        drop table processed_events_former;
    end if;
end $$;

comment on table processed_events is
    'Page views, each exactly once, in partitions by day (UTC) that the writer makes; by month where they were months old when they '
    'came. The source coordinates identify a row; ingest_ledger, not an index, keeps them unique';

create table retention_horizon (
    only_row     boolean primary key default true check (only_row),
    events_from  timestamptz,
    windows_from timestamptz
);
insert into retention_horizon default values;

comment on table retention_horizon is 'How far back things are kept, since tidemark retention last ran; one row';
comment on column retention_horizon.events_from is
    'Events from before it may be gone from processed_events, and those that still come are rejected as expired; the start of a '
    'window. Null: all are kept';
comment on column retention_horizon.windows_from is
    'Windows that start before it may be gone, and are not written any more. Null: all are kept';

create table ingest_gone (
    gone_id   bigint generated always as identity primary key,
    topic_id  uuid           not null,
    partition integer        not null,
    cause     text           not null check (cause in ('expired', 'forgotten')),
    rows      bigint         not null check (rows > 0),
    offsets   int8multirange not null,
    gone_at   timestamptz    not null default now()
);

comment on table ingest_gone is
    'Rows that were deleted from processed_events: what ingest_ledger counts as stored is there or here. Written as they are deleted';
comment on column ingest_gone.gone_id is 'Tells rows apart';
comment on column ingest_gone.topic_id is 'Kafka''s id of the topic web-events';
comment on column ingest_gone.partition is 'Partition in web-events';
comment on column ingest_gone.cause is 'expired: older than tidemark retention keeps; forgotten: by tidemark forget';
comment on column ingest_gone.rows is 'How many there were';
comment on column ingest_gone.offsets is 'Their offsets';
comment on column ingest_gone.gone_at is 'When they were deleted';
comment on column ingest_ledger.stored is
    'Events since first_offset that were stored: rows of processed_events, but for those that ingest_gone lists';

create table forgotten_hits (
    table_name   text        not null,
    window_start timestamptz not null,
    group_key    text[]      not null,
    num_hits     bigint      not null check (num_hits > 0),
    forgotten_at timestamptz not null default now(),
    primary key (table_name, window_start, group_key)
);

comment on table forgotten_hits is
    'Hits of events that tidemark forget deleted, by the windows that count them: a window that is recomputed still counts them. '
    'Nothing of a person; gone once the events of the window have expired';
comment on column forgotten_hits.table_name is
    'The table whose windows count them; processed_events_aggregated_source stands for processed_events_aggregated, too';
comment on column forgotten_hits.window_start is 'Start of the window; of its ten seconds, if there were no windows yet';
comment on column forgotten_hits.group_key is 'Host and referrer, or the dimensions of the aggregate in their order';
comment on column forgotten_hits.num_hits is 'How many';
comment on column forgotten_hits.forgotten_at is 'When they were first deleted';
