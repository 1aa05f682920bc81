package io.tidemark.bench.limit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Reads a topic and parses each record's JSON whole with Jackson. Arguments: bootstrap, topic, threads. */
public final class ParsingConsumer {
    private ParsingConsumer() {}

    /** Prints the number of records. */
    public static void main(String[] args) throws Exception {
        long records = new PartitionReaders(args[0], args[1]).run(Integer.parseInt(args[2]), thread -> new Parsing());
        System.out.println(records);
    }

    private static final class Parsing implements PartitionReaders.Reader {
        private final JsonFactory json = new JsonFactory();

        @Override
        public void read(ConsumerRecord<byte[], byte[]> read) throws Exception {
            try (JsonParser parser = json.createParser(read.value())) {
                while (parser.nextToken() != null) {
                    if (parser.currentToken().isScalarValue()) {
                        // Parsers are lazy: a text is decoded once somebody asks for it.
                        parser.getText();
                    }
                }
            }
        }
    }
}
