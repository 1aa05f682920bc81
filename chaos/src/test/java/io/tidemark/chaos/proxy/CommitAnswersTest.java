package io.tidemark.chaos.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class CommitAnswersTest {
    private final Disturbance toLose = new Disturbance(1, ended -> {});
    private final CommitAnswers answers = new CommitAnswers(toLose::meet);

    @Test
    void theCommitOfAWriterIsFound() {
        assertThat(take(command("COPY 12"))).isFalse();
        assertThat(take(command("COMMIT"))).isTrue();
        assertThat(toLose.met()).isEqualTo(1);
    }

    @Test
    void theCommitOfAReaderIsNot() {
        assertThat(take(command("SELECT 3"), command("COMMIT"))).isFalse();
    }

    @Test
    void aRolledBackWriteDoesNotMakeTheNextTransactionAWriter() {
        assertThat(take(command("INSERT 0 1"), command("ROLLBACK"), command("COMMIT")))
                .isFalse();
    }

    @Test
    void aMessageIsFoundInWhateverPiecesItComes() {
        byte[] all = concat((byte) 'N', message('R', new byte[4]), command("UPDATE 1"), command("COMMIT"));
        boolean found = false;
        for (byte each : all) {
            found |= answers.holdsAnswerToLose(new byte[] {each}, 1);
        }
        assertThat(found).isTrue();
    }

    @Test
    void theSameWordsInsideOfDataAreNoAnswer() {
        byte[] row = concat((byte) 0, command("COPY 1"), command("COMMIT"));
        assertThat(take(message('D', row))).isFalse();
    }

    @Test
    void onlyAsManyAsAskedForAreFound() {
        assertThat(take(command("COPY 1"), command("COMMIT"))).isTrue();
        assertThat(take(command("COPY 1"), command("COMMIT"))).isFalse();
    }

    private boolean take(byte[]... messages) {
        boolean found = false;
        for (byte[] each : messages) {
            found |= answers.holdsAnswerToLose(each, each.length);
        }
        return found;
    }

    private static byte[] command(String tag) {
        return message('C', (tag + '\0').getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] message(char type, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) type)
                .putInt(4 + body.length)
                .put(body)
                .array();
    }

    private static byte[] concat(byte first, byte[]... rest) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        for (byte[] each : rest) {
            out.writeBytes(each);
        }
        return out.toByteArray();
    }
}
