package io.tidemark.stream.aggregate;

import io.tidemark.model.Aggregate;
import io.tidemark.model.GroupCount;
import io.tidemark.model.Topics;
import io.tidemark.model.WindowCounts;
import io.tidemark.stream.KafkaEnds;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.WriteBatches;
import io.tidemark.stream.aggregate.AggregateConfig.TimeCharacteristic;
import io.tidemark.stream.time.AnnouncingSource;
import io.tidemark.stream.time.KafkaBacklog;
import io.tidemark.stream.time.TrackEventTime;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.OutputTag;

/**
 * Enriched records → hits by host, and by host and referrer, in tumbling windows → {@code processed_events_aggregated}
 * and {@code processed_events_aggregated_source}; and hits and visitors by whatever else is asked for, in these windows or in others
 * that are made of them. All from one read of the topic.
 */
public final class AggregateJob {
    /** Name of the job, as Flink shows it. */
    public static final String NAME = "tidemark-aggregate";

    private static final Duration BUFFER_TIMEOUT = Duration.ofMillis(10);

    static final OutputTag<Rejected> REJECTED = new OutputTag<>("rejected", TypeInformation.of(Rejected.class));

    /** Hits that no window's state can count exactly: their windows are recomputed. */
    static final OutputTag<LateHits> LATE = new OutputTag<>("late", TypeInformation.of(LateHits.class));

    /** Counts by group, for the aggregates besides the two tables of the contract. */
    static final OutputTag<GroupCount> GROUPS = new OutputTag<>("groups", TypeInformation.of(GroupCount.class));

    private AggregateJob() {}

    /** Adds the job to the environment; the caller executes it. */
    public static void define(StreamExecutionEnvironment env, AggregateConfig config) {
        env.setParallelism(config.parallelism());
        env.getConfig().enableObjectReuse();
        env.getConfig().setAutoWatermarkInterval(200);
        // What is counted locally comes in bursts, and a window that is due waits for the last of them.
        env.setBufferTimeout(BUFFER_TIMEOUT.toMillis());
        KafkaEnds kafka = new KafkaEnds(config.kafka());
        DataStream<TopicRecord> records = records(env, kafka, config);
        SingleOutputStreamOperator<HitCount> hits = records.transform(
                        "decode, drop duplicates, count locally",
                        TypeInformation.of(HitCount.class),
                        new CountHits(
                                config.start(),
                                config.windows(),
                                config.aggregates(),
                                config.newAggregatesFrom(),
                                config.time(),
                                Clock.systemUTC()))
                .uid("decode");
        SingleOutputStreamOperator<WindowCounts> counts = hits.keyBy(HitCount::host)
                .transform(
                        "count windows",
                        TypeInformation.of(WindowCounts.class),
                        new CountWindows(config.windows(), config.allowedLateness(), config.time()))
                .uid("count-windows");
        SingleOutputStreamOperator<LateHits> written = counts.transform(
                        "write windows",
                        TypeInformation.of(LateHits.class),
                        new WriteBatches<>(config.flushInterval(), () -> Destinations.windows(config)))
                .uid("write-windows");
        // Nothing comes here; but checkpoints of older jobs hold a state of it that must find its operator.
        written.sinkTo(new DiscardingSink<>()).name("end").uid("write-windows-end");
        // There though no aggregate is counted, so that a state with some can be gone on from without them.
        SingleOutputStreamOperator<GroupCount> groups = hits.getSideOutput(GROUPS)
                .keyBy(CountGroups::part)
                .transform(
                        "count groups",
                        TypeInformation.of(GroupCount.class),
                        new CountGroups(config.windows(), config.allowedLateness(), config.time(), wholeFrom(config)))
                .uid("count-groups");
        SingleOutputStreamOperator<LateHits> groupsWritten = groups.transform(
                        "write groups",
                        TypeInformation.of(LateHits.class),
                        new WriteBatches<>(config.flushInterval(), () -> Destinations.groups(config)))
                .uid("write-groups");
        hits.getSideOutput(LATE)
                .union(counts.getSideOutput(LATE), written, groups.getSideOutput(LATE), groupsWritten)
                .transform("correct windows", Types.VOID, new CorrectWindows(config))
                .uid("correct-windows")
                .setParallelism(1)
                .sinkTo(new DiscardingSink<>())
                .name("end")
                .uid("correct-windows-end")
                .setParallelism(1);
        kafka.sendRejected(hits.getSideOutput(REJECTED));
    }

    /** Of aggregates with windows of their own; what others do not see whole is left out before it is counted. */
    private static WholeFrom wholeFrom(AggregateConfig config) {
        List<Aggregate> own = config.aggregates().stream()
                .filter(each -> each.windows() != null)
                .toList();
        return new WholeFrom(own, config.start().firstWindowStart(), config.newAggregatesFrom());
    }

    /** The topic's records, with the watermarks that fit the kind of time. */
    private static DataStream<TopicRecord> records(
            StreamExecutionEnvironment env, KafkaEnds kafka, AggregateConfig config) {
        KafkaSource<TopicRecord> source =
                kafka.source(Topics.ENRICHED, AggregateConfig.GROUP_ID, config.start(), config.bounded());
        if (config.time() == TimeCharacteristic.PROCESSING) {
            return from(env, source, WatermarkStrategy.forGenerator(context -> new ClockWatermarks(Clock.systemUTC())));
        }
        if (config.bounded()) {
            // All windows close at the end, so that no accepted event is ever too late.
            return from(env, source, WatermarkStrategy.noWatermarks());
        }
        KafkaSettings settings = config.kafka();
        return from(env, new AnnouncingSource(source), WatermarkStrategy.noWatermarks())
                .transform(
                        "track event time",
                        TypeInformation.of(TopicRecord.class),
                        new TrackEventTime(
                                config.windows(),
                                config.watermarkDelay(),
                                config.quietAfter(),
                                () -> new KafkaBacklog(settings, Topics.ENRICHED)))
                .uid("event-time");
    }

    private static DataStream<TopicRecord> from(
            StreamExecutionEnvironment env,
            Source<TopicRecord, ?, ?> source,
            WatermarkStrategy<TopicRecord> watermarks) {
        return env.fromSource(source, watermarks, Topics.ENRICHED).uid("enriched-events");
    }
}
