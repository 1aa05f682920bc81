package io.tidemark.bench.peers.flinksql;

import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.StatementSet;
import org.apache.flink.table.api.TableEnvironment;

/**
 * What a user of Flink SQL would write for the same work. Arguments: work (tvf, group, enrich, enrich-once or both), how (stock or tuned),
 * bootstrap, JDBC URL, user, parallelism, group; the password by TIDEMARK_POSTGRES_PASSWORD.
 */
public final class FlinkSql {
    private static final String MINUTES = "5";

    /** Where a raw event stood, by which it can be stored once. */
    private static final String POSITION = ", `partition` int metadata virtual, `offset` bigint metadata virtual";

    /** When a raw event happened, where windows need it. */
    private static final String HAPPENED = """
            ,
            happened as to_timestamp(replace(replace(event_time, 'T', ' '), 'Z', '')),
            watermark for happened as happened - interval '15' second""";

    private FlinkSql() {}

    public static void main(String[] args) throws Exception {
        boolean tuned = args[1].equals("tuned");
        Configuration settings = new Configuration();
        settings.setString("parallelism.default", args[5]);
        settings.setString("execution.checkpointing.interval", "10 s");
        // The tables' timestamps are with time zone, the driver's without.
        settings.setString("table.local-time-zone", "UTC");
        if (tuned) {
            settings.setString("pipeline.object-reuse", "true");
            settings.setString("table.exec.mini-batch.enabled", "true");
            settings.setString("table.exec.mini-batch.allow-latency", "1 s");
            settings.setString("table.exec.mini-batch.size", "20000");
            settings.setString("table.optimizer.agg-phase-strategy", "TWO_PHASE");
        }
        TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.newInstance()
                .inStreamingMode()
                .withConfiguration(settings)
                .build());
        Sinks sinks = new Sinks(args[3], args[4], System.getenv("TIDEMARK_POSTGRES_PASSWORD"), tuned);
        StatementSet statements = tables.createStatementSet();
        if (args[0].equals("enrich-once")) {
            tables.executeSql(rawEvents(args[2], args[6], POSITION));
            tables.executeSql(sinks.eventsByPosition());
            statements.addInsertSql("""
                    insert into processed_events
                    select event_time, host, url, referrer, ip, user_agent, `partition`, `offset` from raw_events""");
        } else if (args[0].equals("enrich") || args[0].equals("both")) {
            tables.executeSql(rawEvents(args[2], args[6], args[0].equals("both") ? HAPPENED : ""));
            tables.executeSql(sinks.events());
            statements.addInsertSql("""
                    insert into processed_events
                    select event_time, host, url, referrer, ip, user_agent from raw_events""");
        } else {
            tables.executeSql(enrichedEvents(args[2], args[6]));
        }
        if (args[0].equals("both")) {
            tables.executeSql(
                    "create temporary view events as select host, referrer, happened as event_time from raw_events");
        }
        if (!args[0].startsWith("enrich")) {
            tables.executeSql(sinks.byHost());
            tables.executeSql(sinks.byHostAndReferrer());
            for (String insert : args[0].equals("group") ? groupWindows() : windowTvf()) {
                statements.addInsertSql(insert);
            }
        }
        statements.execute().await();
    }

    private static String enrichedEvents(String bootstrap, String group) {
        return """
                create table events (
                    host string,
                    referrer string,
                    event_timestamp string,
                    event_time as to_timestamp(replace(replace(event_timestamp, 'T', ' '), 'Z', '')),
                    watermark for event_time as event_time - interval '15' second
                ) with (%s)""".formatted(source("process_events_kafka", bootstrap, group));
    }

    /** @param more columns */
    private static String rawEvents(String bootstrap, String group, String more) {
        return """
                create table raw_events (
                    url string, referrer string, user_agent string, host string, ip string, headers string, event_time string%s
                ) with (%s)""".formatted(more, source("web-events", bootstrap, group));
    }

    private static String source(String topic, String bootstrap, String group) {
        return """
                'connector' = 'kafka', 'topic' = '%s', 'properties.bootstrap.servers' = '%s',
                'properties.group.id' = '%s', 'format' = 'json', 'scan.startup.mode' = 'earliest-offset',
                'scan.bounded.mode' = 'latest-offset'""".formatted(topic, bootstrap, group);
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
