package io.tidemark.bench.limit;

import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads a topic and looks at every byte: no reader of it can be faster. Arguments: bootstrap, topic, threads. */
public final class PlainConsumer {
    private PlainConsumer() {}

    /** Prints the number of records, and the sum of their bytes so that the bytes must have been read. */
    public static void main(String[] args) throws Exception {
        LongAdder sum = new LongAdder();
        long records =
                new PartitionReaders(args[0], args[1]).run(Integer.parseInt(args[2]), thread -> new Summing(sum));
        System.out.println(records + " " + sum.sum());
    }

    private static final class Summing implements PartitionReaders.Reader {
        private final LongAdder all;
        private long sum;

        Summing(LongAdder all) {
            this.all = all;
        }

        @Override
        public void read(ConsumerRecord<byte[], byte[]> read) {
            long own = 0;
            for (byte each : read.value()) {
                own += each;
            }
            sum += own;
        }

        @Override
        public void end() {
            all.add(sum);
        }
    }
}
