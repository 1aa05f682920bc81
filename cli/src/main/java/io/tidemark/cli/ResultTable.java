package io.tidemark.cli;

import io.tidemark.model.TextLine;
import io.tidemark.store.SqlQuery.RowSink;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Prints a result for people as it comes. Column widths are those of the header and the first rows; a cell is cut at a
 * width that leaves several on a screen. NULL is shown as {@code NULL}.
 */
final class ResultTable implements RowSink {
    private static final int WIDEST = 60;
    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

    private final PrintWriter out;
    private List<String> names = List.of();
    private List<Integer> widths = List.of();
    private List<Boolean> numeric = List.of();

    ResultTable(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void columns(List<String> columnNames) {
        names = List.copyOf(columnNames);
    }

    @Override
    public void rows(List<List<@Nullable String>> rows) {
        if (widths.isEmpty()) {
            printHeader(rows);
        }
        for (List<@Nullable String> row : rows) {
            printRow(row);
        }
    }

    /** Ends the table with the number of rows. */
    void end(long rows) {
        if (widths.isEmpty()) {
            printHeader(List.of());
        }
        out.println(rows == 1 ? "(1 row)" : "(%,d rows)".formatted(rows));
        out.flush();
    }

    private void printHeader(List<List<@Nullable String>> firstRows) {
        widths = new ArrayList<>();
        numeric = new ArrayList<>();
        for (int column = 0; column < names.size(); column++) {
            int width = shown(names.get(column)).length();
            boolean numbers = !firstRows.isEmpty();
            for (List<@Nullable String> row : firstRows) {
                String value = row.get(column);
                width = Math.max(width, shown(value).length());
                numbers &= value == null || NUMBER.matcher(value).matches();
            }
            widths.add(width);
            numeric.add(numbers);
        }
        printRow(new ArrayList<@Nullable String>(names));
        out.println(String.join(
                "+", widths.stream().map(width -> "-".repeat(width + 2)).toList()));
    }

    private void printRow(List<@Nullable String> row) {
        List<String> cells = new ArrayList<>(Collections.nCopies(row.size(), ""));
        for (int column = 0; column < row.size(); column++) {
            String cell = shown(row.get(column));
            String padding = " ".repeat(Math.max(0, widths.get(column) - cell.length()));
            cells.set(column, " " + (numeric.get(column) ? padding + cell : cell + padding) + " ");
        }
        out.println(String.join("|", cells).stripTrailing());
    }

    private static String shown(@Nullable String value) {
        return value == null ? "NULL" : TextLine.cut(value, WIDEST);
    }
}
