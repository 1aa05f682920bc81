package io.tidemark.stream.aggregate;

import io.tidemark.model.Topics;
import io.tidemark.model.WindowCounts;
import io.tidemark.stream.KafkaEnds;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.TopicRecord;
import java.time.Clock;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.OutputTag;

/**
 * Enriched records → hits by host, and by host and referrer, in tumbling windows → {@code processed_events_aggregated}
 * and {@code processed_events_aggregated_source}, from one read of the topic.
 */
public final class AggregateJob {
    /** Name of the job, as Flink shows it. */
    public static final String NAME = "tidemark-aggregate";

    static final OutputTag<Rejected> REJECTED = new OutputTag<>("rejected", TypeInformation.of(Rejected.class));

    /** Hits that no window's state can count exactly: their windows are recomputed. */
    static final OutputTag<LateHits> LATE = new OutputTag<>("late", TypeInformation.of(LateHits.class));

    private AggregateJob() {}

    /** Adds the job to the environment; the caller executes it. */
    public static void define(StreamExecutionEnvironment env, AggregateConfig config) {
        env.setParallelism(config.parallelism());
        env.getConfig().enableObjectReuse();
        env.getConfig().setAutoWatermarkInterval(200);
        KafkaEnds kafka = new KafkaEnds(config.kafka());
        DataStream<TopicRecord> records = env.fromSource(
                        kafka.source(Topics.ENRICHED, AggregateConfig.GROUP_ID, config.start(), config.bounded()),
                        watermarks(config),
                        Topics.ENRICHED)
                .uid("enriched-events");
        SingleOutputStreamOperator<WindowedHit> hits = records.process(
                        new DecodeHits(config.start(), config.windows(), config.time(), Clock.systemUTC()))
                .uid("decode")
                .name("decode, drop duplicates");
        SingleOutputStreamOperator<WindowCounts> counts = hits.transform(
                        "count locally", TypeInformation.of(HitCount.class), new CountLocally())
                .uid("count-locally")
                .keyBy(HitCount::host)
                .transform(
                        "count windows",
                        TypeInformation.of(WindowCounts.class),
                        new CountWindows(config.windows(), config.allowedLateness(), config.time()))
                .uid("count-windows");
        counts.transform("write windows", Types.VOID, new WriteWindows(config))
                .uid("write-windows")
                .sinkTo(new DiscardingSink<>())
                .name("end")
                .uid("write-windows-end");
        hits.getSideOutput(LATE)
                .union(counts.getSideOutput(LATE))
                .transform("correct windows", Types.VOID, new CorrectWindows(config))
                .uid("correct-windows")
                .setParallelism(1)
                .sinkTo(new DiscardingSink<>())
                .name("end")
                .uid("correct-windows-end")
                .setParallelism(1);
        kafka.sinkRejected(hits.getSideOutput(REJECTED));
    }

    private static WatermarkStrategy<TopicRecord> watermarks(AggregateConfig config) {
        return switch (config.time()) {
            case PROCESSING -> WatermarkStrategy.forGenerator(context -> new ClockWatermarks(Clock.systemUTC()));
            case EVENT ->
                config.bounded()
                        // All windows close at the end, so that no accepted event is ever too late.
                        ? WatermarkStrategy.noWatermarks()
                        : WatermarkStrategy.forGenerator(context -> new PartitionWatermarks(
                                config.watermarkDelay(),
                                config.quietAfter(),
                                config.windows(),
                                context.getInputActivityClock()));
        };
    }
}
