package io.tidemark.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.cli.audit.AuditReport;
import io.tidemark.cli.audit.Difference;
import io.tidemark.cli.audit.PartitionReport;
import io.tidemark.model.TextLine;
import io.tidemark.model.Topics;
import io.tidemark.store.AuditSessions;
import io.tidemark.store.AuditSnapshot.Account;
import io.tidemark.store.AuditWindows;
import io.tidemark.store.SessionSettings;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows an audit's report, to people or machines. */
final class AuditView {
    private static final String NONE = "-";
    private static final int WIDEST = 1_000;

    private final AuditReport report;

    AuditView(AuditReport report) {
        this.report = report;
    }

    void print(PrintWriter out) {
        printPartitions(out);
        printWindows(out);
        printSessions(out);
        AuditReport.SecondTopic second = report.second();
        if (second != null) {
            out.printf("%s: %,d events and %,d repeats of them%n", Topics.ENRICHED, second.events(), second.repeats());
        }
        report.notes().forEach(note -> out.printf("Note: %s%n", note));
        if (report.unsettled() > 0) {
            out.printf(
                    "%,d differences came and went, or are too young to count: events on their way%n",
                    report.unsettled());
        }
        out.println();
        if (report.isClean()) {
            out.println(
                    report.lag() == 0
                            ? "Every event is accounted for"
                            : "Every event that was read is accounted for; %,d are yet to be read"
                                    .formatted(report.lag()));
        } else if (report.differences().isEmpty()) {
            out.println("Not clear: something differed at every look, and never the same for long enough."
                    + " Try again once the jobs have less to do, or with a longer --wait");
        } else {
            long all = report.differences().size() + report.more();
            out.println(all == 1 ? "1 difference:" : "%,d differences:".formatted(all));
            for (Difference difference : report.differences()) {
                out.println("  " + TextLine.cut(difference.toString(), WIDEST));
            }
            if (report.more() > 0) {
                out.printf("  and %,d more%n", report.more());
            }
        }
        out.flush();
    }

    private void printPartitions(PrintWriter out) {
        ResultTable table = new ResultTable(out);
        table.columns(List.of("partition", "first", "next", "end", "stored", "rejected", "absent", "lag", "verdict"));
        List<List<@Nullable String>> rows = new ArrayList<>();
        for (PartitionReport partition : report.partitions()) {
            rows.add(row(partition));
        }
        table.rows(rows);
        out.println();
    }

    private static List<@Nullable String> row(PartitionReport partition) {
        Account account = partition.account();
        PartitionReport.Bounds bounds = partition.bounds();
        List<@Nullable String> row = new ArrayList<>();
        row.add(
                partition.isCurrent()
                        ? Integer.toString(partition.partition().number())
                        : "%d of the earlier topic %s"
                                .formatted(
                                        partition.partition().number(),
                                        partition.partition().topicId()));
        row.add(account == null ? NONE : Long.toString(account.first()));
        row.add(account == null ? NONE : Long.toString(account.next()));
        row.add(bounds == null ? NONE : Long.toString(bounds.end()));
        row.add(account == null ? NONE : Long.toString(account.stored()));
        row.add(account == null ? NONE : Long.toString(account.rejected()));
        row.add(account == null ? NONE : Long.toString(account.absent()));
        row.add(bounds == null ? NONE : Long.toString(partition.lag()));
        row.add(verdict(partition.differences().size()));
        return row;
    }

    private static String verdict(int differences) {
        return differences == 0 ? "ok" : differences == 1 ? "1 difference" : differences + " differences";
    }

    private void printWindows(PrintWriter out) {
        AuditWindows windows = report.windows();
        if (windows.sizeMillis().isEmpty()) {
            out.println("No windows: no aggregate job has run yet");
            return;
        }
        out.printf(
                "Windows of %s%s: %,d closed and checked, with %,d rows by host and %,d page views; %,d to be recomputed,"
                        + " %,d open%n",
                Durations.show(Duration.ofMillis(windows.sizeMillis().getAsLong())),
                windows.byEventTime() ? "" : " by processing time",
                windows.checked(),
                windows.hosts(),
                windows.hits(),
                windows.marked(),
                windows.open());
        int tables = windows.groups().tables();
        if (tables > 0) {
            out.printf(
                    "Aggregates: %,d table%s, each window's sum compared with its page views%n",
                    tables, tables == 1 ? "" : "s");
        }
    }

    private void printSessions(PrintWriter out) {
        AuditSessions sessions = report.sessions();
        sessions.settings()
                .ifPresent(settings -> out.printf(
                        "Sessions %s: %,d closed and checked, with %,d page views; %,d to be recomputed, %,d open%n",
                        settings.show(), sessions.checked(), sessions.hits(), sessions.marked(), sessions.open()));
    }

    void printJson(PrintWriter out) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("clean", report.isClean());
        ArrayNode partitions = json.putArray("partitions");
        report.partitions().forEach(partition -> put(partitions.addObject(), partition));
        put(json.putObject("windows"), report.windows());
        AuditSessions sessions = report.sessions();
        sessions.settings().ifPresent(settings -> put(json.putObject("sessions"), settings, sessions));
        AuditReport.SecondTopic second = report.second();
        if (second != null) {
            json.putObject("second_topic").put("events", second.events()).put("repeats", second.repeats());
        }
        ArrayNode differences = json.putArray("differences");
        for (Difference difference : report.differences()) {
            differences
                    .addObject()
                    .put("kind", difference.kind().code())
                    .put("place", difference.place())
                    .put("message", difference.message());
        }
        json.put("differences_more", report.more());
        json.put("differences_unsettled", report.unsettled());
        ArrayNode notes = json.putArray("notes");
        report.notes().forEach(notes::add);
        json.put("looks", report.looks());
        out.println(json);
        out.flush();
    }

    private static void put(ObjectNode json, PartitionReport partition) {
        json.put("topic_id", partition.partition().topicId().toString());
        json.put("partition", partition.partition().number());
        json.put("current", partition.isCurrent());
        Account account = partition.account();
        if (account != null) {
            json.put("first_offset", account.first());
            json.put("next_offset", account.next());
            json.put("stored", account.stored());
            json.put("rejected", account.rejected());
            json.put("absent", account.absent());
        }
        PartitionReport.Bounds bounds = partition.bounds();
        if (bounds != null) {
            json.put("earliest_offset", bounds.earliest());
            json.put("end_offset", bounds.end());
            json.put("lag", partition.lag());
        }
        json.put("differences", partition.differences().size());
    }

    private static void put(ObjectNode json, SessionSettings settings, AuditSessions sessions) {
        json.put("gap_ms", settings.gapMillis());
        json.put("by", settings.by().code());
        json.put("checked", sessions.checked());
        json.put("page_views", sessions.hits());
        json.put("marked", sessions.marked());
        json.put("open", sessions.open());
    }

    private static void put(ObjectNode json, AuditWindows windows) {
        windows.sizeMillis().ifPresent(size -> json.put("size_ms", size));
        json.put("time", windows.byEventTime() ? "event" : "processing");
        json.put("checked", windows.checked());
        json.put("host_rows", windows.hosts());
        json.put("page_views", windows.hits());
        json.put("marked", windows.marked());
        json.put("open", windows.open());
        json.put("aggregates", windows.groups().tables());
    }
}
