package io.tidemark.bench.run;

/** What contenders do. */
public enum Work {
    AGGREGATE("From the topic of enriched events into both tables of counts by window."),
    ENRICH("From the topic of raw events into a table of events, and by those who can, on into the second topic."),
    BOTH("From the topic of raw events into a table of events and both tables of counts by window.");

    private final String what;

    Work(String what) {
        this.what = what;
    }

    /** One sentence. */
    public String what() {
        return what;
    }

    /** As on the command line. */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
