alter table processed_events add column visitor_id text;

comment on column processed_events.visitor_id is
    'Tells the visitors of a site and day apart: keyed hash of address, user agent and host, 16 hexadecimal digits; null if '
    'the address is unknown. The key is in visitor_salts for two days';
comment on column processed_events.ip is
    'Address of the client, truncated to /24 or /48 unless the enrich job is told otherwise; null if unknown';

-- A handful of rows, of which the old ones are to go for good, not only to be marked as deleted.
create table visitor_salts (
    span       text        not null check (span in ('day', 'month')),
    begins     date        not null,
    salt       bytea       not null check (length(salt) = 32),
    created_at timestamptz not null default now(),
    primary key (span, begins)
) with (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

comment on table visitor_salts is
    'Keys of the hashes in processed_events.visitor_id. Deleted two days after they were made: leave them out of backups';
comment on column visitor_salts.span is
    'day for events of that day; month for days that were past when their events came, each of which has a key made of it';
comment on column visitor_salts.begins is 'The day, or the first of the month, in UTC';
comment on column visitor_salts.salt is 'Random';
comment on column visitor_salts.created_at is 'When it was made: when the first such event came';
