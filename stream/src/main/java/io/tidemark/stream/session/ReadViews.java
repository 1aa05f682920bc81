package io.tidemark.stream.session;

import static java.util.Objects.requireNonNull;

import io.tidemark.model.InvalidEventException;
import io.tidemark.model.RejectReason;
import io.tidemark.model.SessionsBy;
import io.tidemark.model.SourceCoordinates;
import io.tidemark.model.Topics;
import io.tidemark.model.VisitorView;
import io.tidemark.model.VisitorViewReader;
import io.tidemark.stream.FirstReads;
import io.tidemark.stream.Rejected;
import io.tidemark.stream.Tallies;
import io.tidemark.stream.Tally;
import io.tidemark.stream.TopicRecord;
import java.util.Map;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Reads page views and drops those whose coordinates were seen before. Of those of which nothing tells whose they are no
 * session can be made: they are counted as {@link Tallies#NO_VISITOR}.
 */
final class ReadViews extends AbstractStreamOperator<KeyedView>
        implements OneInputStreamOperator<TopicRecord, KeyedView> {
    private static final long serialVersionUID = 1L;

    private final SessionsBy by;

    private transient FirstReads reads = new FirstReads(Topics.ENRICHED);
    private transient @Nullable Opened opened;

    ReadViews(SessionsBy by) {
        this.by = by;
    }

    private record Opened(
            VisitorViewReader reader,
            Tally read,
            Tally duplicates,
            Tally noVisitor,
            Map<RejectReason, Tally> rejected) {}

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        reads = new FirstReads(Topics.ENRICHED);
        reads.restore(context.getOperatorStateStore());
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        reads.snapshot();
    }

    @Override
    public void open() throws Exception {
        super.open();
        opened = new Opened(
                new VisitorViewReader(by),
                new Tally(getRuntimeContext(), Tallies.READ),
                new Tally(getRuntimeContext(), Tallies.DUPLICATES),
                new Tally(getRuntimeContext(), Tallies.NO_VISITOR),
                Tallies.rejected(getRuntimeContext()));
    }

    @Override
    public void processElement(StreamRecord<TopicRecord> element) {
        Opened with = requireNonNull(opened, "not open");
        TopicRecord read = element.getValue();
        with.read.add(1);
        try {
            SourceCoordinates source = reads.admit(read);
            if (source == null) {
                with.duplicates.add(1);
                return;
            }
            VisitorView view = with.reader.read(read.value(), source);
            String visitor = view.visitor();
            if (visitor == null) {
                with.noVisitor.add(1);
            } else {
                output.collect(new StreamRecord<>(new KeyedView(KeyedView.keyOf(view.host(), visitor), view.view())));
            }
        } catch (InvalidEventException e) {
            Tally tally = with.rejected.get(e.reason());
            if (tally != null) {
                tally.add(1);
            }
            output.collect(
                    SessionJob.REJECTED,
                    new StreamRecord<>(
                            new Rejected(read.position(), e.reason(), e.getMessage(), read.key(), read.value())));
        }
    }
}
