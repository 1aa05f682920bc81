package io.tidemark.stream.aggregate;

import io.tidemark.model.VisitorSketch;
import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.base.TypeSerializerSingleton;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * What a window's state holds of a group. Flink copies it before it is changed while a checkpoint is being written. There are
 * millions of them, most of a few visitors: a sketch's bytes are a quarter of its objects.
 */
final class GroupState {
    long hits;

    /** As {@link VisitorSketch#toBytes} gives it, never changed but replaced; null for none. */
    byte @Nullable [] visitors;

    /** Whether it has changed since it was last written. */
    boolean unwritten;

    void add(long moreHits, byte @Nullable [] moreVisitors) {
        hits += moreHits;
        unwritten = true;
        if (moreVisitors != null) {
            byte[] known = visitors;
            visitors = known == null ? moreVisitors : merged(known, moreVisitors);
        }
    }

    private static byte[] merged(byte[] known, byte[] more) {
        if (Arrays.equals(known, more)) {
            return known;
        }
        VisitorSketch sketch = VisitorSketch.of(known);
        sketch.merge(more);
        return sketch.toBytes();
    }

    /** Form of the state in checkpoints: hits, whether unwritten, length of the sketch (0 for none), the sketch. */
    static final class Serializer extends TypeSerializerSingleton<GroupState> {
        static final Serializer INSTANCE = new Serializer();
        private static final long serialVersionUID = 1L;

        @Override
        public boolean isImmutableType() {
            return false;
        }

        @Override
        public GroupState createInstance() {
            return new GroupState();
        }

        @Override
        public GroupState copy(GroupState from) {
            GroupState copy = new GroupState();
            copy.hits = from.hits;
            copy.unwritten = from.unwritten;
            copy.visitors = from.visitors;
            return copy;
        }

        @Override
        public GroupState copy(GroupState from, GroupState reuse) {
            return copy(from);
        }

        @Override
        public int getLength() {
            return -1;
        }

        @Override
        public void serialize(GroupState group, DataOutputView target) throws IOException {
            target.writeLong(group.hits);
            target.writeBoolean(group.unwritten);
            byte[] sketch = group.visitors == null ? new byte[0] : group.visitors;
            target.writeInt(sketch.length);
            target.write(sketch);
        }

        @Override
        public GroupState deserialize(DataInputView source) throws IOException {
            GroupState group = new GroupState();
            group.hits = source.readLong();
            group.unwritten = source.readBoolean();
            byte[] sketch = new byte[source.readInt()];
            source.readFully(sketch);
            group.visitors = sketch.length == 0 ? null : sketch;
            return group;
        }

        @Override
        public GroupState deserialize(GroupState reuse, DataInputView source) throws IOException {
            return deserialize(source);
        }

        @Override
        public void copy(DataInputView source, DataOutputView target) throws IOException {
            target.writeLong(source.readLong());
            target.writeBoolean(source.readBoolean());
            int length = source.readInt();
            target.writeInt(length);
            target.write(source, length);
        }

        @Override
        public TypeSerializerSnapshot<GroupState> snapshotConfiguration() {
            return new Snapshot();
        }

        /** As Flink finds the serializer again. */
        public static final class Snapshot extends SimpleTypeSerializerSnapshot<GroupState> {
            public Snapshot() {
                super(() -> INSTANCE);
            }
        }
    }
}
