package io.tidemark.bench.latency;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.tidemark.bench.input.EventSource;
import io.tidemark.bench.input.Workload;
import io.tidemark.model.EventTime;
import io.tidemark.model.RawEvent;
import io.tidemark.model.RawEventCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Events made before they are needed, of which only the time is filled in when they are sent: whoever sends them shares the
 * processors with what is measured. Not thread-safe.
 */
final class EventPool {
    private final byte[][] json;
    private final int[] timeAt;
    private final int[] host;
    private final List<String> hosts = new ArrayList<>();
    private long timeMillis = Long.MIN_VALUE;
    private byte[] time = {};

    /** @param workload whose first partition is taken, in turn from its beginning again */
    EventPool(Workload workload) {
        int size = Math.toIntExact(workload.eventsOf(0));
        this.json = new byte[size][];
        this.timeAt = new int[size];
        this.host = new int[size];
        EventSource source = new EventSource(workload, 0);
        RawEventCodec codec = new RawEventCodec();
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < size; i++) {
            RawEvent event = source.next();
            json[i] = codec.encode(event);
            timeAt[i] = new String(json[i], ISO_8859_1).lastIndexOf(EventTime.format(event.eventTimeMillis()));
            host[i] = numbers.computeIfAbsent(event.host(), name -> {
                hosts.add(name);
                return hosts.size() - 1;
            });
        }
    }

    /** A raw event as JSON that happened at that time, milliseconds since the epoch. */
    byte[] json(long number, long eventTimeMillis) {
        if (eventTimeMillis != timeMillis) {
            timeMillis = eventTimeMillis;
            time = EventTime.format(eventTimeMillis).getBytes(US_ASCII);
        }
        int index = index(number);
        byte[] copy = json[index].clone();
        System.arraycopy(time, 0, copy, timeAt[index], time.length);
        return copy;
    }

    /** Whose event it is, as an index of {@link #hosts}. */
    int host(long number) {
        return host[index(number)];
    }

    List<String> hosts() {
        return List.copyOf(hosts);
    }

    private int index(long number) {
        return (int) (number % json.length);
    }
}
