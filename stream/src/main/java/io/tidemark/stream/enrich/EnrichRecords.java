package io.tidemark.stream.enrich;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.EventTime;
import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import io.tidemark.model.RejectReason;
import io.tidemark.model.TextCap;
import io.tidemark.model.Topics;
import io.tidemark.store.StoreConfig;
import io.tidemark.store.StoreException;
import io.tidemark.store.VisitorSalts;
import io.tidemark.stream.SameTopic;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.Tally;
import io.tidemark.stream.TopicRecord;
import io.tidemark.stream.WaitingGauge;
import java.time.Clock;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Validates and enriches; of what cannot be used the outcome tells the reason. */
final class EnrichRecords extends ProcessFunction<TopicRecord, Outcome> implements CheckpointedFunction {
    private static final Logger LOG = LoggerFactory.getLogger(EnrichRecords.class);
    private static final long serialVersionUID = 1L;

    private final StoreConfig store;
    private final @Nullable String geoDatabase;
    private final IpPolicy ip;
    private final long maxAheadMillis;
    private final Clock clock;

    private transient SameTopic topic = new SameTopic(Topics.RAW);
    private transient @Nullable GeoLookup geo;
    private transient @Nullable VisitorSalts salts;
    private transient @Nullable Opened opened;

    EnrichRecords(StoreConfig store, @Nullable String geoDatabase, IpPolicy ip, Duration maxAhead, Clock clock) {
        this.store = store;
        this.geoDatabase = geoDatabase;
        this.ip = ip;
        this.maxAheadMillis = maxAhead.toMillis();
        this.clock = clock;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        topic = new SameTopic(Topics.RAW);
        topic.restore(context.getOperatorStateStore());
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        topic.snapshot();
    }

    @Override
    public void open(OpenContext context) {
        geo = GeoLookup.open(geoDatabase);
        VisitorSalts shared = new VisitorSalts(store);
        salts = shared;
        WaitingGauge.register(getRuntimeContext().getMetricGroup(), shared.waiting());
        opened = new Opened(
                new RawEventCodec(),
                Enrichment.of(geo, new VisitorIds(shared::of), ip),
                new Tally(getRuntimeContext(), Tallies.READ),
                new Tally(getRuntimeContext(), Tallies.TEXT_CUT),
                new Tally(getRuntimeContext(), Tallies.TEXT_NUL_REMOVED));
    }

    @Override
    public void processElement(TopicRecord read, Context context, Collector<Outcome> out) {
        Opened with = requireNonNull(opened, "not opened");
        with.read.add(1);
        topic.require(read);
        out.collect(outcome(read, with));
    }

    private Outcome outcome(TopicRecord read, Opened with) {
        try {
            RawEvent raw = with.codec.decode(read.value());
            requireNotAhead(raw, read.timestampMillis());
            countChangedTexts(raw, with);
            return Outcome.accepted(read, with.enrichment.enrich(raw));
        } catch (InvalidEventException e) {
            return Outcome.rejected(read, e.reason(), e.getMessage());
        } catch (StoreException e) {
            // Without the day's salt nothing can be said of the record; that is not its fault.
            throw e;
        } catch (RuntimeException | StackOverflowError e) {
            // A library that trips over one record must not keep all that follow from being counted.
            LOG.error("Cannot enrich the record at {}", read.position(), e);
            return Outcome.rejected(read, RejectReason.ENRICHMENT_FAILED, e.toString());
        }
    }

    @Override
    public void close() {
        if (geo != null) {
            geo.close();
        }
        if (salts != null) {
            salts.close();
        }
    }

    /**
     * The record's own timestamp says when it came, so that a replay decides as the first reading did; the clock stands
     * in for a topic without timestamps.
     */
    private void requireNotAhead(RawEvent raw, long recordMillis) throws InvalidEventException {
        long arrived = recordMillis >= 0 ? recordMillis : clock.millis();
        if (raw.eventTimeMillis() > arrived + maxAheadMillis) {
            throw new InvalidEventException(
                    RejectReason.EVENT_TIME_IN_FUTURE,
                    "event_time %s is more than %d s ahead of the record's arrival, %s"
                            .formatted(
                                    EventTime.format(raw.eventTimeMillis()),
                                    maxAheadMillis / 1000,
                                    EventTime.format(arrived)));
        }
    }

    private static void countChangedTexts(RawEvent raw, Opened with) {
        countChanges(raw.host(), TextCap.HOST, with);
        countChanges(raw.ip(), TextCap.IP, with);
        countChanges(raw.url(), TextCap.URL, with);
        countChanges(raw.referrer(), TextCap.REFERRER, with);
        countChanges(raw.userAgent(), TextCap.USER_AGENT, with);
    }

    private static void countChanges(@Nullable String text, TextCap cap, Opened with) {
        if (text == null) {
            return;
        }
        if (cap.isExceededBy(text)) {
            with.cut.add(1);
        }
        if (text.indexOf(0) >= 0) {
            with.nulRemoved.add(1);
        }
    }

    private record Opened(RawEventCodec codec, Enrichment enrichment, Tally read, Tally cut, Tally nulRemoved) {}
}
