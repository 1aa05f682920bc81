package io.tidemark.chaos.check;

import io.tidemark.chaos.check.Evidence.LedgerRow;
import io.tidemark.chaos.traffic.Expected;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Of every partition: what Kafka holds = stored + rejected + absent in the ledger = what the oracle says. */
final class AccountingCheck implements Check {
    @Override
    public String name() {
        return "accounting";
    }

    @Override
    public List<String> differences(Expected expected, Evidence found) {
        List<String> differences = new ArrayList<>();
        for (Map.Entry<Integer, Long> partition : found.rawEnds().entrySet()) {
            int number = partition.getKey();
            List<LedgerRow> rows = found.ledger().stream()
                    .filter(row -> row.partition() == number && row.topicId().equals(found.topicId()))
                    .toList();
            if (rows.size() > 1 || (rows.isEmpty() && partition.getValue() > 0)) {
                differences.add("partition " + number + " has " + rows.size() + " rows in the ledger");
            }
            rows.forEach(row -> compare(row, partition.getValue(), expected, differences));
        }
        for (LedgerRow row : found.ledger()) {
            if (!row.topicId().equals(found.topicId()) || !found.rawEnds().containsKey(row.partition())) {
                differences.add("the ledger has a partition that does not exist: " + row);
            }
        }
        return differences;
    }

    private static void compare(LedgerRow row, long end, Expected expected, List<String> differences) {
        String partition = "partition " + row.partition() + ": ";
        long stored = Expected.inPartition(expected.stored().keySet(), row.partition());
        long rejected = Expected.inPartition(expected.rejected().keySet(), row.partition());
        if (row.next() != end) {
            differences.add(partition + "the ledger stands at " + row.next() + ", Kafka's end is " + end);
        }
        if (row.next() - row.first() != row.stored() + row.rejected() + row.absent()) {
            differences.add(partition + "the ledger's counts do not add up: " + row);
        }
        if (row.stored() != stored || row.rejected() != rejected || row.absent() != 0 || row.first() != 0) {
            differences.add(partition + "the ledger has stored " + row.stored() + ", rejected " + row.rejected()
                    + ", absent " + row.absent() + " from offset " + row.first() + "; the oracle " + stored + ", "
                    + rejected + ", 0 from offset 0");
        }
    }
}
