package io.tidemark.stream.enrich;

import io.tidemark.model.Topics;
import io.tidemark.stream.KafkaEnds;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.TopicRecord;
import java.time.Clock;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.OutputTag;

/**
 * Raw events → validated and enriched → rows of {@code processed_events} → records of {@link Topics#ENRICHED}; what
 * cannot be used → {@link Topics#REJECTED}. Nothing is shuffled: each partition keeps its order all the way.
 */
public final class EnrichJob {
    /** Name of the job, as Flink shows it. */
    public static final String NAME = "tidemark-enrich";

    static final OutputTag<Rejected> REJECTED = new OutputTag<>("rejected", TypeInformation.of(Rejected.class));

    private EnrichJob() {}

    /** Loads in the background what takes seconds to load, for those who will run the job in this process. */
    public static void warmUp() {
        Thread loader = new Thread(UserAgentParser::shared, "load-user-agent-rules");
        loader.setDaemon(true);
        loader.start();
    }

    /** Adds the job to the environment; the caller executes it. */
    public static void define(StreamExecutionEnvironment env, EnrichConfig config) {
        env.setParallelism(config.parallelism());
        env.getConfig().enableObjectReuse();
        KafkaEnds kafka = new KafkaEnds(config.kafka());
        DataStream<TopicRecord> raw = env.fromSource(
                        kafka.source(Topics.RAW, EnrichConfig.GROUP_ID, config.start(), config.bounded()),
                        WatermarkStrategy.noWatermarks(),
                        Topics.RAW)
                .uid("raw-events");
        SingleOutputStreamOperator<Enriched> stored = raw.process(new EnrichRecords(
                        config.store(), config.geoDatabase(), config.ip(), config.maxAhead(), Clock.systemUTC()))
                .uid("enrich")
                .name("enrich")
                .transform(
                        "processed_events",
                        TypeInformation.of(Enriched.class),
                        new StoreEvents(config.kafka(), config.store(), config.flushInterval()))
                .uid("processed-events");
        kafka.send(stored, EnrichedRecords::toRecord, Topics.ENRICHED, "enriched-events");
        kafka.sendRejected(stored.getSideOutput(REJECTED));
    }
}
