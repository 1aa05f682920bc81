package io.tidemark.bench.peers.flinksql;

import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;

/**
 * What a user of Flink SQL would write for the same work. Arguments: work (tvf, group, enrich, enrich-once or both), how (stock,
 * tuned or batch),
 * bootstrap, JDBC URL, user, parallelism, group; the password by TIDEMARK_POSTGRES_PASSWORD.
 */
public final class FlinkSql {
    private static final String MINUTES = "5";

    /** Where a raw event stood, by which it can be stored once. */
    private static final String POSITION = ", `partition` int metadata virtual, `offset` bigint metadata virtual";

    /** Its manual's "Cascading Window Aggregation": each event is counted once, and hosts are summed from that. */
    private static final String PAIRS = """
            create temporary view pairs as
            select window_start as pair_window, window_time as pair_time, host, coalesce(referrer, '') as referrer, count(*) as hits
            from table(tumble(table events, descriptor(event_time), interval '%s' minutes))
            group by window_start, window_end, window_time, host, coalesce(referrer, '')""".formatted(MINUTES);

    /** When a raw event happened, where windows need it. */
    private static final String HAPPENED = """
            ,
            happened as to_timestamp(replace(replace(event_time, 'T', ' '), 'Z', '')),
            watermark for happened as happened - interval '15' second""";

    private FlinkSql() {}

    public static void main(String[] args) throws Exception {
        boolean tuned = !args[1].equals("stock");
        boolean batch = args[1].equals("batch");
        Configuration settings = new Configuration();
        settings.setString("parallelism.default", args[5]);
        settings.setString("table.local-time-zone", "UTC");
        if (!batch) {
            settings.setString("execution.checkpointing.interval", "10 s");
        }
        if (tuned) {
            settings.setString("pipeline.object-reuse", "true");
            settings.setString("table.optimizer.agg-phase-strategy", "TWO_PHASE");
        }
        EnvironmentSettings.Builder environment =
                EnvironmentSettings.newInstance().withConfiguration(settings);
        TableEnvironment tables =
                TableEnvironment.create((batch ? environment.inBatchMode() : environment.inStreamingMode()).build());
        Sources sources = new Sources(args[2], args[6], tuned);
        Sinks sinks = new Sinks(args[3], args[4], System.getenv("TIDEMARK_POSTGRES_PASSWORD"), tuned);
        StatementSet statements = tables.createStatementSet();
        if (args[0].equals("enrich-once")) {
            tables.executeSql(sources.rawEvents(POSITION));
            tables.executeSql(sinks.eventsByPosition());
            statements.addInsertSql("""
                    insert into processed_events
                    select event_time, host, url, referrer, ip, user_agent, `partition`, `offset` from raw_events""");
        } else if (args[0].equals("enrich") || args[0].equals("both")) {
            tables.executeSql(sources.rawEvents(args[0].equals("both") ? HAPPENED : ""));
            tables.executeSql(sinks.events());
            statements.addInsertSql("""
                    insert into processed_events
                    select event_time, host, url, referrer, ip, user_agent from raw_events""");
        } else {
            tables.executeSql(sources.enrichedEvents());
        }
        if (args[0].equals("both")) {
            tables.executeSql(
                    "create temporary view events as select host, referrer, happened as event_time from raw_events");
        }
        if (!args[0].startsWith("enrich")) {
            tables.executeSql(sinks.byHost());
            tables.executeSql(sinks.byHostAndReferrer());
            for (String insert : counts(tables, args[0].equals("group"), tuned, batch)) {
                statements.addInsertSql(insert);
            }
        }
        statements.execute().await();
    }

    private static List<String> counts(TableEnvironment tables, boolean group, boolean tuned, boolean batch) {
        if (group) {
            return groupWindows();
        }
        if (!tuned) {
            return windowTvf();
        }
        tables.executeSql(PAIRS);
        return List.of(
                "insert into by_host_and_referrer select pair_window, host, referrer, hits from pairs",
                batch
                        ? "insert into by_host select pair_window, host, sum(hits) from pairs group by pair_window, host"
                        : """
                        insert into by_host
                        select window_start, host, sum(hits)
                        from table(tumble(table pairs, descriptor(pair_time), interval '%s' minutes))
                        group by window_start, window_end, host""".formatted(MINUTES));
    }

    /** The topics; tuned, the consumer takes as much at once as Tidemark's does, and the JSON format reads the time. */
    private record Sources(String bootstrap, String group, boolean tuned) {
        String enrichedEvents() {
            return """
                    create table events (
                        host string,
                        referrer string,
                        %s,
                        watermark for event_time as event_time - interval '15' second
                    ) with (%s)""".formatted(
                            tuned ? "event_timestamp timestamp_ltz(3), event_time as event_timestamp" : """
                                    event_timestamp string,
                                    event_time as to_timestamp(replace(replace(event_timestamp, 'T', ' '), 'Z', ''))""",
                            with("process_events_kafka"));
        }

        /** @param more columns */
        String rawEvents(String more) {
            return """
                    create table raw_events (
                        url string, referrer string, user_agent string, host string, ip string, headers string, event_time string%s
                    ) with (%s)""".formatted(more, with("web-events"));
        }

        private String with(String topic) {
            return """
                    'connector' = 'kafka', 'topic' = '%s', 'properties.bootstrap.servers' = '%s',
                    'properties.group.id' = '%s', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset',
                    'scan.bounded.mode' = 'latest-offset'%s""".formatted(topic, bootstrap, group, tuned ? """
                                    , 'json.timestamp-format.standard' = 'ISO-8601', 'properties.max.poll.records' = '5000',
                                    'properties.max.partition.fetch.bytes' = '4194304'""" : "");
        }
    }

    private static List<String> windowTvf() {
        return List.of("""
                insert into by_host
                select window_start, host, count(*)
                from table(tumble(table events, descriptor(event_time), interval '%s' minutes))
                group by window_start, window_end, host""".formatted(MINUTES), """
                insert into by_host_and_referrer
                select window_start, host, coalesce(referrer, ''), count(*)
                from table(tumble(table events, descriptor(event_time), interval '%s' minutes))
                group by window_start, window_end, host, coalesce(referrer, '')""".formatted(MINUTES));
    }

    private static List<String> groupWindows() {
        return List.of("""
                insert into by_host
                select tumble_start(event_time, interval '%1$s' minute), host, count(*)
                from events group by tumble(event_time, interval '%1$s' minute), host""".formatted(MINUTES), """
                insert into by_host_and_referrer
                select tumble_start(event_time, interval '%1$s' minute), host, coalesce(referrer, ''), count(*)
                from events
                group by tumble(event_time, interval '%1$s' minute), host, coalesce(referrer, '')""".formatted(MINUTES));
    }

    /** The tables of the results; tuned, with what the connector's and the driver's manuals advise for many rows. */
    private record Sinks(String url, String user, String password, boolean tuned) {
        private String with(String table) {
            String address = url + (tuned ? "?reWriteBatchedInserts=true" : "");
            return "'connector' = 'jdbc', 'url' = '%s', 'table-name' = '%s', 'username' = '%s', 'password' = '%s'%s"
                    .formatted(
                            address,
                            table,
                            user,
                            password,
                            tuned
                                    ? ", 'sink.buffer-flush.max-rows' = '5000', 'sink.buffer-flush.interval' = '1s'"
                                    : "");
        }

        String byHost() {
            return """
                    create table by_host (
                        event_hour timestamp(3), host string, num_hits bigint, primary key (event_hour, host) not enforced
                    ) with (%s)""".formatted(with("processed_events_aggregated"));
        }

        String byHostAndReferrer() {
            return """
                    create table by_host_and_referrer (
                        event_hour timestamp(3), host string, referrer string, num_hits bigint,
                        primary key (event_hour, host, referrer) not enforced
                    ) with (%s)""".formatted(with("processed_events_aggregated_source"));
        }

        String eventsByPosition() {
            return """
                    create table processed_events (
                        event_timestamp string, host string, url string, referrer string, ip string, user_agent string,
                        source_partition int, source_offset bigint,
                        primary key (source_partition, source_offset) not enforced
                    ) with (%s)""".formatted(with("bench_events_by_position"));
        }

        String events() {
            return """
                    create table processed_events (
                        event_timestamp string, host string, url string, referrer string, ip string, user_agent string
                    ) with (%s)""".formatted(with("bench_events"));
        }
    }
}
