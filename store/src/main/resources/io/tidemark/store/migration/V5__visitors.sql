alter table processed_events add column visitor_id text;

comment on column processed_events.visitor_id is
    'Tells the visitors of a site and day apart: keyed hash of address, user agent and host, 16 hexadecimal digits; null if '
    'the address is unknown. The key is in visitor_salts for two days; after that nobody gets back from it to the address';
comment on column processed_events.ip is
    'Address of the client, truncated to /24 or /48 unless the enrich job is told otherwise; null if unknown';

create table visitor_salts (
    day        date        primary key,
    salt       bytea       not null check (length(salt) = 32),
    created_at timestamptz not null default now()
);

comment on table visitor_salts is
    'Keys of the hashes in processed_events.visitor_id. Deleted two days after they were made: leave them out of backups';
comment on column visitor_salts.day is 'Day of the events, in UTC';
comment on column visitor_salts.salt is 'Random';
comment on column visitor_salts.created_at is 'When it was made: when the first event of the day came';
