-- Of each source partition the ledger tells what became of every offset below next_offset, not of the stored ones only.
alter table ingest_ledger
    add column first_offset bigint not null default 0,
    add column stored       bigint not null default 0,
    add column rejected     bigint not null default 0,
    add column absent       bigint not null default 0;

-- Of what was read before, only the stored rows are known; the rest was rejected, or held no event.
update ingest_ledger l
set stored = coalesce(e.stored, 0), absent = l.next_offset - coalesce(e.stored, 0)
from (
    select k.topic_id, k.partition, count(p.source_offset) as stored
    from ingest_ledger k
    left join processed_events p on p.source_topic_id = k.topic_id and p.source_partition = k.partition
    group by 1, 2
) e
where e.topic_id = l.topic_id and e.partition = l.partition;

-- The accounting identity, held by the database itself.
alter table ingest_ledger
    add constraint ingest_ledger_accounts
        check (stored >= 0 and rejected >= 0 and absent >= 0
            and next_offset - first_offset = stored + rejected + absent);

comment on table ingest_ledger is
    'How far each partition of web-events is dealt with, and how. Moves in the transaction that stores the rows.';
comment on column ingest_ledger.first_offset is 'The first offset that was dealt with';
comment on column ingest_ledger.next_offset is 'The first offset that is not yet dealt with';
comment on column ingest_ledger.stored is 'Events since first_offset that are rows of processed_events';
comment on column ingest_ledger.rejected is 'Records since first_offset that are in ingest_rejected, and in web-events-rejected';
comment on column ingest_ledger.absent is 'Offsets since first_offset at which Kafka held no record';

-- Tells a replay what was decided before, whatever it would decide itself; and everybody else what was wrong.
create table ingest_rejected (
    topic_id      uuid        not null,
    partition     integer     not null,
    source_offset bigint      not null,
    reason        text        not null,
    message       text        not null,
    rejected_at   timestamptz not null default now(),
    primary key (topic_id, partition, source_offset)
);

comment on table ingest_rejected is
    'Records that could not be used, which stand as they came in web-events-rejected; written with the ledger''s move';
comment on column ingest_rejected.topic_id is 'Kafka''s id of the topic web-events';
comment on column ingest_rejected.partition is 'Partition in web-events';
comment on column ingest_rejected.source_offset is 'Offset in that partition';
comment on column ingest_rejected.reason is 'Code of the reason, such as malformed_json';
comment on column ingest_rejected.message is 'What is wrong, for people. At most 1,000 bytes';
comment on column ingest_rejected.rejected_at is 'When it was rejected';
