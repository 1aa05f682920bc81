-- A replay over what a start had passed over must not take it for stored: nobody may count an event that has no row.
create table ingest_passed_over (
    topic_id    uuid   not null,
    partition   integer not null,
    from_offset bigint not null,
    to_offset   bigint not null check (to_offset > from_offset),
    primary key (topic_id, partition, from_offset)
);

comment on table ingest_passed_over is
    'Ranges of offsets, behind the first that was dealt with, at which a job began to read further on: never dealt with, '
    'and never to be. Part of ingest_ledger.absent; written with the ledger''s move';
comment on column ingest_passed_over.topic_id is 'Kafka''s id of the topic web-events';
comment on column ingest_passed_over.partition is 'Partition in web-events';
comment on column ingest_passed_over.from_offset is 'The first offset of the range';
comment on column ingest_passed_over.to_offset is 'The first offset behind the range';

comment on column ingest_ledger.absent is
    'Offsets since first_offset of which no job was given a record: Kafka held none, or they are in ingest_passed_over';
