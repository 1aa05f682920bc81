-- Aggregates in windows of their own, made of those of the job.
alter table aggregate_tables
    add column window_kind text not null default 'job' check (window_kind in ('job', 'tumble', 'hop', 'cumulate')),
    add column window_every_ms bigint check (window_every_ms > 0);

comment on column aggregate_tables.window_kind is
    'How its windows lie: job is side by side, in the size that all tables of the job share; tumble, hop and cumulate are its own, and its '
    'rows have a window_end';
comment on column aggregate_tables.window_size_ms is 'Size of its windows in milliseconds; of cumulating ones, of the longest';
comment on column aggregate_tables.window_every_ms is
    'From the end of one window to that of the next, in milliseconds; null if that is their size';
comment on table window_corrections is
    'Windows to be recomputed from processed_events, since the aggregation cannot count all their events in its state: in every table '
    'that is counted and has such a window';
