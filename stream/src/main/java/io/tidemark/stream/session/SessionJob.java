package io.tidemark.stream.session;

import io.tidemark.model.SessionMark;
import io.tidemark.model.Topics;
import io.tidemark.model.TumblingWindows;
import io.tidemark.model.VisitorSession;
import io.tidemark.stream.KafkaEnds;
import io.tidemark.stream.KafkaSettings;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.WriteBatches;
import io.tidemark.stream.time.AnnouncingSource;
import io.tidemark.stream.time.KafkaBacklog;
import io.tidemark.stream.time.TrackEventTime;
import java.time.Duration;
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

/** Enriched records → sessions of visitors → {@code processed_events_sessions}. */
public final class SessionJob {
    /** Name of the job, as Flink shows it. */
    public static final String NAME = "tidemark-session";

    private static final Duration SHORTEST_TELLING = Duration.ofSeconds(1);

    static final OutputTag<Rejected> REJECTED = new OutputTag<>("rejected", TypeInformation.of(Rejected.class));

    /** Sessions that no state knows whole: they are recomputed. */
    static final OutputTag<SessionMark> MARKS = new OutputTag<>("marks", TypeInformation.of(SessionMark.class));

    private SessionJob() {}

    /** Adds the job to the environment; the caller executes it. */
    public static void define(StreamExecutionEnvironment env, SessionConfig config) {
        env.setParallelism(config.parallelism());
        env.getConfig().enableObjectReuse();
        env.getConfig().setAutoWatermarkInterval(200);
        KafkaEnds kafka = new KafkaEnds(config.kafka());
        SingleOutputStreamOperator<KeyedView> views = records(env, kafka, config)
                .transform(
                        "decode, drop duplicates",
                        TypeInformation.of(KeyedView.class),
                        new ReadViews(config.sessions().by()))
                .uid("decode");
        SingleOutputStreamOperator<VisitorSession> sessions = views.keyBy(KeyedView::key)
                .transform(
                        "make sessions",
                        TypeInformation.of(VisitorSession.class),
                        new MakeSessions(
                                config.sessions(),
                                config.allowedLateness(),
                                config.start().firstWindowStart()))
                .uid("sessions");
        SingleOutputStreamOperator<SessionMark> written = sessions.transform(
                        "write sessions",
                        TypeInformation.of(SessionMark.class),
                        new WriteBatches<>(config.flushInterval(), () -> new SessionDestination(config)))
                .uid("write-sessions");
        sessions.getSideOutput(MARKS)
                .union(written)
                .transform("correct sessions", Types.VOID, new CorrectSessions(config))
                .uid("correct-sessions")
                .setParallelism(1)
                .sinkTo(new DiscardingSink<>())
                .name("end")
                .uid("correct-sessions-end")
                .setParallelism(1);
        kafka.sendRejected(views.getSideOutput(REJECTED));
    }

    /** The topic's records, with watermarks; a bounded job closes all sessions at the end, so that none is ever late. */
    private static DataStream<TopicRecord> records(
            StreamExecutionEnvironment env, KafkaEnds kafka, SessionConfig config) {
        KafkaSource<TopicRecord> source =
                kafka.source(Topics.ENRICHED, SessionConfig.GROUP_ID, config.start(), config.bounded());
        if (config.bounded()) {
            return from(env, source);
        }
        KafkaSettings settings = config.kafka();
        return from(env, new AnnouncingSource(source))
                .transform(
                        "track event time",
                        TypeInformation.of(TopicRecord.class),
                        new TrackEventTime(
                                new TumblingWindows(
                                        Math.max(config.sessions().gapMillis(), SHORTEST_TELLING.toMillis())),
                                config.watermarkDelay(),
                                config.quietAfter(),
                                () -> new KafkaBacklog(settings, Topics.ENRICHED)))
                .uid("event-time");
    }

    private static DataStream<TopicRecord> from(StreamExecutionEnvironment env, Source<TopicRecord, ?, ?> source) {
        return env.fromSource(source, WatermarkStrategy.noWatermarks(), Topics.ENRICHED)
                .uid("enriched-events");
    }
}
