-- The tables themselves are made when the first job that counts them is submitted.
create table aggregate_tables (
    table_name     text        primary key,
    dimensions     text[]      not null check (cardinality(dimensions) > 0),
    visitors       boolean     not null,
    window_size_ms bigint      not null check (window_size_ms > 0),
    created_at     timestamptz not null default now(),
    counted        boolean     not null default true
);

comment on table aggregate_tables is
    'Tables of counts by window besides processed_events_aggregated and processed_events_aggregated_source';
comment on column aggregate_tables.table_name is 'Name of the table';
comment on column aggregate_tables.dimensions is 'Its key besides the window, in order; see the columns of these names';
comment on column aggregate_tables.visitors is 'Whether it counts visitors as well as hits';
comment on column aggregate_tables.window_size_ms is 'Size of its windows in milliseconds';
comment on column aggregate_tables.created_at is 'Since when it is counted; windows of before may be absent';
comment on column aggregate_tables.counted is 'Whether the aggregate job that was submitted last counts it';
