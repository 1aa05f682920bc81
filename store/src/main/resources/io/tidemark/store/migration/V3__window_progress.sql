-- What the aggregation reads is stored by then, so a mark needs to wait for nothing: the window alone is a mark.
delete from window_corrections c
using window_corrections other
where other.window_start = c.window_start and other.window_size_ms = c.window_size_ms
    and (other.topic_id, other.partition) < (c.topic_id, c.partition);

alter table window_corrections
    drop constraint window_corrections_pkey,
    drop column topic_id,
    drop column partition,
    drop column source_offset,
    drop column due_at,
    add primary key (window_start, window_size_ms);

comment on table window_corrections is
    'Windows to be recomputed from processed_events, since the aggregation cannot count all their events in its state';
comment on column window_corrections.marked_at is 'When the window was marked';

-- One row that is updated about once a second: room for the new version keeps the index out of it.
create table aggregate_progress (
    only_row     boolean     primary key default true check (only_row),
    watermark_ms bigint      not null,
    updated_at   timestamptz not null default now()
) with (fillfactor = 10);

comment on table aggregate_progress is
    'How far event time is in the aggregate tables; one row. No row: the aggregation has closed no window yet';
comment on column aggregate_progress.watermark_ms is
    'Milliseconds since the epoch: every window that ends before or at it is closed, and written to both tables. '
    'The highest bigint: a run to the end of the topic has counted all there was';
comment on column aggregate_progress.updated_at is 'When it was last moved on';
