create table processed_events (
    ip               text,
    event_timestamp  timestamptz not null,
    referrer         text,
    host             text        not null,
    url              text,
    geodata          text        not null,
    country          text,
    device           text,
    browser          text,
    os               text,
    bot              boolean     not null,
    referrer_source  text        not null,
    utm_source       text,
    utm_medium       text,
    utm_campaign     text,
    utm_term         text,
    utm_content      text,
    user_agent       text,
    source_topic_id  uuid        not null,
    source_partition integer     not null,
    source_offset    bigint      not null
);

-- Events come roughly in the order of their time, so block ranges tell well where a window's events lie, at a thousandth
-- of a btree's size. 32 pages hold some 600 events: less than a window of a busy site, more than a range entry costs.
create index processed_events_event_timestamp on processed_events
    using brin (event_timestamp) with (pages_per_range = 32, autosummarize = on);

comment on table processed_events is
    'Page views, each exactly once. The source coordinates identify a row; ingest_ledger, not an index, keeps them unique.';
comment on column processed_events.ip is 'Address of the client as received; null if unknown';
comment on column processed_events.event_timestamp is 'When it happened, to the millisecond';
comment on column processed_events.referrer is 'Address that led here; null if none. At most 2,000 bytes';
comment on column processed_events.host is 'The site. At most 255 bytes';
comment on column processed_events.url is 'Address or request target of the page. At most 8,192 bytes';
comment on column processed_events.geodata is 'JSON text: country, state and city of the client''s address, where known';
comment on column processed_events.country is 'ISO 3166-1 alpha-2 code; null if unknown';
comment on column processed_events.device is 'Class of device; null if unknown';
comment on column processed_events.browser is 'Name without version; null if unknown';
comment on column processed_events.os is 'Operating system, name without version; null if unknown';
comment on column processed_events.bot is 'Whether the client says that it is a robot or a tool';
comment on column processed_events.referrer_source is 'direct, internal, search, social, campaign or other';
comment on column processed_events.utm_source is 'Campaign parameter of the URL; null if absent';
comment on column processed_events.utm_medium is 'Campaign parameter of the URL; null if absent';
comment on column processed_events.utm_campaign is 'Campaign parameter of the URL; null if absent';
comment on column processed_events.utm_term is 'Campaign parameter of the URL; null if absent';
comment on column processed_events.utm_content is 'Campaign parameter of the URL; null if absent';
comment on column processed_events.user_agent is 'User agent string that was parsed; null if none. At most 2,048 bytes';
comment on column processed_events.source_topic_id is 'Kafka''s id of the topic web-events; a topic made anew has another';
comment on column processed_events.source_partition is 'Partition in web-events';
comment on column processed_events.source_offset is 'Offset in that partition';

-- A handful of rows that every flush updates: room for the new version beside the old keeps the index out of it.
create table ingest_ledger (
    topic_id    uuid    not null,
    partition   integer not null,
    next_offset bigint  not null check (next_offset >= 0),
    primary key (topic_id, partition)
) with (fillfactor = 50);

comment on table ingest_ledger is
    'How far each partition of web-events is stored in processed_events. Moves in the transaction that stores the rows.';
comment on column ingest_ledger.topic_id is 'Kafka''s id of the topic';
comment on column ingest_ledger.partition is 'Partition of the topic';
comment on column ingest_ledger.next_offset is 'The first offset that is not yet dealt with';

-- Late events revise rows, never their keys: room on the page for the new version keeps the index out of it.
create table processed_events_aggregated (
    event_hour timestamptz not null,
    host       text        not null,
    num_hits   bigint      not null check (num_hits > 0),
    revision   integer     not null default 0,
    updated_at timestamptz not null default now(),
    primary key (event_hour, host)
) with (fillfactor = 90);

comment on table processed_events_aggregated is 'Page views by window and host';
comment on column processed_events_aggregated.event_hour is 'Start of the window, whose size is in aggregate_settings';
comment on column processed_events_aggregated.host is 'The site';
comment on column processed_events_aggregated.num_hits is 'Page views in the window; only ever grows';
comment on column processed_events_aggregated.revision is 'How often the row was revised, by late events or a correction';
comment on column processed_events_aggregated.updated_at is 'When the row was last written';

create table processed_events_aggregated_source (
    event_hour timestamptz not null,
    host       text        not null,
    referrer   text        not null,
    num_hits   bigint      not null check (num_hits > 0),
    revision   integer     not null default 0,
    updated_at timestamptz not null default now(),
    primary key (event_hour, host, referrer)
) with (fillfactor = 90);

comment on table processed_events_aggregated_source is
    'Page views by window, host and referrer; of each window and host the sum is the row of processed_events_aggregated';
comment on column processed_events_aggregated_source.event_hour is
    'Start of the window, whose size is in aggregate_settings';
comment on column processed_events_aggregated_source.host is 'The site';
comment on column processed_events_aggregated_source.referrer is 'Address that led here; empty if none';
comment on column processed_events_aggregated_source.num_hits is 'Page views in the window; only ever grows';
comment on column processed_events_aggregated_source.revision is
    'How often the row was revised, by late events or a correction';
comment on column processed_events_aggregated_source.updated_at is 'When the row was last written';

create table window_corrections (
    window_start   timestamptz not null,
    window_size_ms bigint      not null check (window_size_ms > 0),
    topic_id       uuid        not null,
    partition      integer     not null,
    source_offset  bigint      not null,
    marked_at      timestamptz not null default now(),
    due_at         timestamptz not null,
    primary key (window_start, window_size_ms, topic_id, partition)
);

comment on table window_corrections is
    'Windows to be recomputed from processed_events, as soon as the events they lack are stored there';
comment on column window_corrections.window_start is 'Start of the window';
comment on column window_corrections.window_size_ms is 'Size of the window in milliseconds';
comment on column window_corrections.topic_id is 'Topic of the events that the window lacks';
comment on column window_corrections.partition is 'Their partition';
comment on column window_corrections.source_offset is
    'The highest offset of them: due once next_offset in ingest_ledger is beyond it';
comment on column window_corrections.marked_at is 'When the window was last marked';
comment on column window_corrections.due_at is 'When it is to be recomputed, at the earliest';

create table aggregate_settings (
    only_row       boolean primary key default true check (only_row),
    window_size_ms bigint not null check (window_size_ms > 0),
    time           text   not null check (time in ('event', 'processing'))
);

comment on table aggregate_settings is
    'What the windows in the aggregate tables are; one row, so that two sizes never mix. No row: not claimed yet';
comment on column aggregate_settings.window_size_ms is 'Size of the windows in milliseconds';
comment on column aggregate_settings.time is 'What puts an event in its window: event (its own time) or processing';
