package io.tidemark.chaos.proxy;

import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;

/**
 * Follows what Postgres sends on one connection (Postgres manual, "Message Formats") and finds the answer to a COMMIT
 * that ended a writing transaction: CommandComplete with the tag COMMIT after one with COPY, INSERT, UPDATE or DELETE.
 * For one thread.
 */
final class CommitAnswers {
    private static final int HEADER = 5;
    private static final int LONGEST_TAG = 32;

    private final BooleanSupplier toLose;
    private final byte[] header = new byte[HEADER];
    private final byte[] tag = new byte[LONGEST_TAG];
    private int headerBytes;
    private int tagBytes;
    private long bodyLeft;
    private boolean started;
    private boolean wrote;

    /**
     * Follows a connection.
     *
     * @param toLose asked at every answer whether that is to be lost; true takes one from what is left to lose
     */
    CommitAnswers(BooleanSupplier toLose) {
        this.toLose = toLose;
    }

    /** Takes the next bytes; true if the answer to lose is among them. */
    boolean holdsAnswerToLose(byte[] bytes, int length) {
        // The answer to a request for encryption is a single byte before the first message, which is of type R or E.
        int at = !started && length > 0 && bytes[0] == 'N' ? 1 : 0;
        started |= at < length;
        boolean lose = false;
        for (; at < length; at++) {
            if (headerBytes < HEADER) {
                header[headerBytes++] = bytes[at];
                if (headerBytes == HEADER) {
                    bodyLeft = bodyLength();
                    tagBytes = 0;
                }
            } else {
                if (tagBytes < LONGEST_TAG) {
                    tag[tagBytes++] = bytes[at];
                }
                bodyLeft--;
            }
            if (headerBytes == HEADER && bodyLeft == 0) {
                headerBytes = 0;
                lose |= header[0] == 'C' && endsWriting(command());
            }
        }
        return lose;
    }

    private long bodyLength() {
        long length = 0;
        for (int i = 1; i < HEADER; i++) {
            length = (length << 8) | (header[i] & 0xff);
        }
        return length - (HEADER - 1);
    }

    private String command() {
        int end = 0;
        while (end < tagBytes && tag[end] != 0 && tag[end] != ' ') {
            end++;
        }
        return new String(tag, 0, end, StandardCharsets.US_ASCII);
    }

    private boolean endsWriting(String command) {
        switch (command) {
            case "COPY", "INSERT", "UPDATE", "DELETE" -> wrote = true;
            case "COMMIT" -> {
                boolean answersWriter = wrote;
                wrote = false;
                return answersWriter && toLose.getAsBoolean();
            }
            case "ROLLBACK" -> wrote = false;
            default -> {}
        }
        return false;
    }
}
