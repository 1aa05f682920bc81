-- Windows are written in the order of time, and late ones are few: block ranges find what a run has to roll up again.
create index processed_events_aggregated_updated_at on processed_events_aggregated using brin (updated_at);
create index processed_events_aggregated_source_updated_at on processed_events_aggregated_source using brin (updated_at);

do $$
declare
    each text;
begin
    for each in select table_name from aggregate_tables where to_regclass(format('%I', table_name)) is not null loop
        execute format('create index on %I using brin (updated_at)', each);
    end loop;
end $$;

create table rollup_settings (
    only_row  boolean primary key default true check (only_row),
    time_zone text    not null
);

comment on table rollup_settings is
    'What the days and months of the rollups are; one row, so that two time zones never mix. No row: nothing is rolled up yet';
comment on column rollup_settings.time_zone is 'Name of the time zone in the tz database, such as Europe/Berlin';

create table rollup_progress (
    table_name   text        not null,
    grain        text        not null check (grain in ('hour', 'day', 'month')),
    touched_from timestamptz not null,
    complete_to  timestamptz,
    updated_at   timestamptz not null default now(),
    primary key (table_name, grain)
);

comment on table rollup_progress is 'How far each table of windows, or of sessions, is rolled up';
comment on column rollup_progress.table_name is 'The table that is rolled up; its rollups have the grain behind its name';
comment on column rollup_progress.grain is 'Length of the periods: hour, day or month';
comment on column rollup_progress.touched_from is
    'Rows written before it (updated_at) are in the rollup; the next run takes the periods of those written since';
comment on column rollup_progress.complete_to is
    'Every period that ends before or at it is whole in the rollup; null if none is';
comment on column rollup_progress.updated_at is 'When a run last changed the row';
