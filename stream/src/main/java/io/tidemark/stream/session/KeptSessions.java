package io.tidemark.stream.session;

import io.tidemark.model.PageView;
import io.tidemark.model.SessionSpan;
import io.tidemark.model.SourceCoordinates;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.apache.flink.types.StringValue;

/**
 * The sessions of one visitor that are open, or can be revised: each further than the gap from the others, in the order of
 * time. Flink copies it before it is changed while a checkpoint is being written.
 *
 * <p>What the state has dropped, or never saw, ended at or before a bound that only moves on. A page view further than the gap
 * behind the bound can touch nothing of that; nor can one that is not before a session that is whole, since the others that
 * were dropped lie before it. Any other makes its session partial: the state can't tell what it joins.
 */
final class KeptSessions {
    private static final long NONE = Long.MAX_VALUE;

    private final List<KeptSession> sessions = new ArrayList<>();

    /** The event-time timer that is registered for the key; {@link Long#MAX_VALUE} if none is. */
    private long timer = NONE;

    /** What a page view did. */
    enum Effect {
        /** It is in a session that was not written yet. */
        OPEN,
        /** It changed a session that had been written. */
        REVISED,
        /** It is in a session that has to be recomputed. */
        PARTIAL
    }

    boolean isEmpty() {
        return sessions.isEmpty();
    }

    long timer() {
        return timer;
    }

    void setTimer(long timestamp) {
        timer = timestamp;
    }

    void clearTimer() {
        timer = NONE;
    }

    /**
     * Adds a page view, and joins the sessions that it connects.
     *
     * @param goneUpTo what is not in the state ended at or before it
     */
    Effect add(PageView view, long gapMillis, long goneUpTo) {
        SessionSpan span = SessionSpan.of(view);
        boolean partial = mayTouchWhatIsGone(view.timeMillis(), gapMillis, goneUpTo);
        boolean written = false;
        int at = sessions.size();
        while (at > 0 && sessions.get(at - 1).span().startMillis() - view.timeMillis() > gapMillis) {
            at--;
        }
        while (at > 0 && sessions.get(at - 1).span().touches(span, gapMillis)) {
            KeptSession part = sessions.remove(--at);
            span = span.with(part.span());
            partial |= part.partial();
            written |= !part.unwritten();
        }
        sessions.add(at, new KeptSession(span, partial, true));
        return partial ? Effect.PARTIAL : written ? Effect.REVISED : Effect.OPEN;
    }

    private boolean mayTouchWhatIsGone(long timeMillis, long gapMillis, long goneUpTo) {
        if (goneUpTo == Long.MIN_VALUE || timeMillis - gapMillis > goneUpTo) {
            return false;
        }
        return sessions.stream()
                .noneMatch(each -> !each.partial() && each.span().startMillis() <= timeMillis);
    }

    /** Hands on the sessions that have ended by then and were not written since they changed. */
    void write(long endedBy, Consumer<KeptSession> next) {
        for (int i = 0; i < sessions.size(); i++) {
            KeptSession each = sessions.get(i);
            if (each.unwritten() && each.span().endMillis() <= endedBy) {
                next.accept(each);
                sessions.set(i, each.asWritten());
            }
        }
    }

    /** Drops the sessions that have ended by then. */
    void drop(long endedBy) {
        sessions.removeIf(each -> each.span().endMillis() <= endedBy);
    }

    /**
     * When something is to be done next: a session that is open closes, or one that is closed is dropped.
     *
     * @param closedBy sessions that have ended by then are closed
     */
    long next(long closedBy, long gapMillis, long latenessMillis) {
        long next = NONE;
        for (KeptSession each : sessions) {
            next = Math.min(next, due(each.span().endMillis(), closedBy, gapMillis, latenessMillis));
        }
        return next;
    }

    /** When something is to be done next of a session that ended then. */
    static long due(long endMillis, long closedBy, long gapMillis, long latenessMillis) {
        return endMillis <= closedBy ? endMillis + gapMillis + latenessMillis : endMillis + gapMillis;
    }

    /** Form of the state in checkpoints: timer, number of sessions; of each what it is, and its first and last page view. */
    static final class Serializer extends TypeSerializerSingleton<KeptSessions> {
        static final Serializer INSTANCE = new Serializer();
        private static final long serialVersionUID = 1L;
        private static final int PARTIAL = 1;
        private static final int UNWRITTEN = 2;
        private static final int ONE_VIEW = 4;

        @Override
        public boolean isImmutableType() {
            return false;
        }

        @Override
        public KeptSessions createInstance() {
            return new KeptSessions();
        }

        @Override
        public KeptSessions copy(KeptSessions from) {
            KeptSessions copy = new KeptSessions();
            copy.timer = from.timer;
            copy.sessions.addAll(from.sessions);
            return copy;
        }

        @Override
        public KeptSessions copy(KeptSessions from, KeptSessions reuse) {
            return copy(from);
        }

        @Override
        public int getLength() {
            return -1;
        }

        @Override
        public void serialize(KeptSessions kept, DataOutputView target) throws IOException {
            target.writeLong(kept.timer);
            target.writeInt(kept.sessions.size());
            for (KeptSession each : kept.sessions) {
                SessionSpan span = each.span();
                boolean one = span.first().equals(span.last());
                target.writeByte(
                        (each.partial() ? PARTIAL : 0) | (each.unwritten() ? UNWRITTEN : 0) | (one ? ONE_VIEW : 0));
                target.writeLong(span.hits());
                writeView(span.first(), target);
                if (!one) {
                    writeView(span.last(), target);
                }
            }
        }

        @Override
        public KeptSessions deserialize(DataInputView source) throws IOException {
            KeptSessions kept = new KeptSessions();
            kept.timer = source.readLong();
            int size = source.readInt();
            for (int i = 0; i < size; i++) {
                int is = source.readByte();
                long hits = source.readLong();
                PageView first = readView(source);
                PageView last = (is & ONE_VIEW) != 0 ? first : readView(source);
                kept.sessions.add(new KeptSession(
                        new SessionSpan(first, last, hits), (is & PARTIAL) != 0, (is & UNWRITTEN) != 0));
            }
            return kept;
        }

        private static void writeView(PageView view, DataOutputView target) throws IOException {
            target.writeLong(view.timeMillis());
            target.writeLong(view.source().topicIdHigh());
            target.writeLong(view.source().topicIdLow());
            target.writeInt(view.source().partition());
            target.writeLong(view.source().offset());
            StringValue.writeString(view.page(), target);
            StringValue.writeString(view.referrerSource(), target);
            StringValue.writeString(view.ip(), target);
        }

        private static PageView readView(DataInputView source) throws IOException {
            return new PageView(
                    source.readLong(),
                    new SourceCoordinates(source.readLong(), source.readLong(), source.readInt(), source.readLong()),
                    StringValue.readString(source),
                    StringValue.readString(source),
                    StringValue.readString(source));
        }

        @Override
        public KeptSessions deserialize(KeptSessions reuse, DataInputView source) throws IOException {
            return deserialize(source);
        }

        @Override
        public void copy(DataInputView source, DataOutputView target) throws IOException {
            serialize(deserialize(source), target);
        }

        @Override
        public TypeSerializerSnapshot<KeptSessions> snapshotConfiguration() {
            return new Snapshot();
        }

        /** As Flink finds the serializer again. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<KeptSessions> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
