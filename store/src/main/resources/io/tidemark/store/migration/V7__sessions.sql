-- Sessions that merge give way to one with another start, so a key's rows come and go: room on the page for what comes.
create table processed_events_sessions (
    session_start   timestamptz not null,
    session_end     timestamptz not null,
    host            text        not null,
    visitor_id      text        not null,
    ip              text,
    num_hits        bigint      not null check (num_hits > 0),
    entry_page      text        not null,
    exit_page       text        not null,
    referrer_source text        not null,
    bounce          boolean     not null generated always as (num_hits = 1) stored,
    revision        integer     not null default 0,
    updated_at      timestamptz not null default now(),
    primary key (host, visitor_id, session_start),
    check (session_end >= session_start)
) with (fillfactor = 90);

-- Sessions are written in the order of time, and revised ones are few: block ranges find what was written since.
create index processed_events_sessions_updated_at on processed_events_sessions using brin (updated_at);
create index processed_events_sessions_session_start on processed_events_sessions using brin (session_start)
    with (pages_per_range = 32, autosummarize = on);

comment on table processed_events_sessions is
    'Sessions: page views of a visitor on a site, none further from the next than the gap in session_settings. A session '
    'that late events change is written anew; those that they merge give way to one, which spans them all';
comment on column processed_events_sessions.session_start is 'Time of the first page view';
comment on column processed_events_sessions.session_end is 'Time of the last page view';
comment on column processed_events_sessions.host is 'The site';
comment on column processed_events_sessions.visitor_id is
    'Whose session it is: visitor_id of processed_events; its ip, if session_settings says that sessions are by ip';
comment on column processed_events_sessions.ip is 'Address of the first page view, as far as it is stored; null if unknown';
comment on column processed_events_sessions.num_hits is 'Page views in the session';
comment on column processed_events_sessions.entry_page is
    'Path of the first page view; of several at one moment, the one that came first into web-events. Empty if unknown';
comment on column processed_events_sessions.exit_page is
    'Path of the last page view; of several at one moment, the one that came last. Empty if unknown';
comment on column processed_events_sessions.referrer_source is
    'What led here: direct, internal, search, social, campaign or other, of the first page view';
comment on column processed_events_sessions.bounce is 'Whether it is a single page view';
comment on column processed_events_sessions.revision is
    'How often the session, or one that it took in, was revised by late events or a correction';
comment on column processed_events_sessions.updated_at is 'When the row was written';

create table session_settings (
    only_row boolean primary key default true check (only_row),
    gap_ms   bigint not null check (gap_ms > 0),
    by       text   not null check (by in ('visitor', 'ip'))
);

comment on table session_settings is
    'What the sessions are; one row, so that two kinds never mix. No row: no session job was submitted yet';
comment on column session_settings.gap_ms is
    'Milliseconds: page views that are no further apart belong to one session';
comment on column session_settings.by is 'Whose page views make a session: visitor (visitor_id) or ip, each with the host';

create table session_corrections (
    host       text        not null,
    visitor_id text        not null,
    span_start timestamptz not null,
    span_end   timestamptz not null,
    marked_at  timestamptz not null default now(),
    primary key (host, visitor_id, span_start, span_end)
);

-- They are taken in the order of time.
create index session_corrections_span_start on session_corrections (span_start);

comment on table session_corrections is
    'Stretches of a visitor''s time whose sessions are to be recomputed from processed_events, since the session job cannot '
    'know all their page views by its state';
comment on column session_corrections.host is 'The site';
comment on column session_corrections.visitor_id is 'As in processed_events_sessions';
comment on column session_corrections.span_start is 'The first page view that is known of it';
comment on column session_corrections.span_end is 'The last one';
comment on column session_corrections.marked_at is 'When it was marked';

-- One row that is updated about once a second: room for the new version keeps the index out of it.
create table session_progress (
    only_row     boolean     primary key default true check (only_row),
    watermark_ms bigint      not null,
    updated_at   timestamptz not null default now()
) with (fillfactor = 10);

comment on table session_progress is
    'How far event time is in the sessions; one row. No row: the session job has closed no session yet';
comment on column session_progress.watermark_ms is
    'Milliseconds since the epoch: every session that ended the gap or longer before it is closed, and written or marked. '
    'The highest bigint: a run to the end of the topic has dealt with all there was';
comment on column session_progress.updated_at is 'When it was last moved on';
