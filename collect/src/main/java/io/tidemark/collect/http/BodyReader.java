package io.tidemark.collect.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/** Reads a request's body as it comes, without a thread that waits, up to a size and for some time. */
final class BodyReader implements Runnable {
    private final Request request;
    private final int maxBytes;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final CompletableFuture<byte[]> whole = new CompletableFuture<>();

    private BodyReader(Request request, int maxBytes) {
        this.request = request;
        this.maxBytes = maxBytes;
    }

    /**
     * Reads it.
     *
     * @param within however steadily it trickles
     * @return failed with {@link RefusedException} if it is too large or too slow
     */
    static CompletableFuture<byte[]> read(Request request, int maxBytes, Duration within) {
        BodyReader reader = new BodyReader(request, maxBytes);
        if (request.getHeaders().getLongField(HttpHeader.CONTENT_LENGTH) > maxBytes) {
            reader.tooLarge();
        } else {
            reader.run();
        }
        return reader.whole.orTimeout(within.toNanos(), TimeUnit.NANOSECONDS).exceptionallyCompose(failure -> {
            boolean isSlow = failure instanceof TimeoutException || failure.getCause() instanceof TimeoutException;
            return CompletableFuture.failedFuture(
                    isSlow ? new RefusedException(Refusal.TOO_SLOW, "The body did not come in time") : failure);
        });
    }

    @Override
    public void run() {
        while (!whole.isDone()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                whole.completeExceptionally(chunk.getFailure());
                return;
            }
            ByteBuffer bytes = chunk.getByteBuffer();
            boolean fits = body.size() + bytes.remaining() <= maxBytes;
            if (fits) {
                byte[] copy = new byte[bytes.remaining()];
                bytes.get(copy);
                body.writeBytes(copy);
            }
            boolean isLast = chunk.isLast();
            chunk.release();
            if (!fits) {
                tooLarge();
                return;
            }
            if (isLast) {
                whole.complete(body.toByteArray());
                return;
            }
        }
    }

    private void tooLarge() {
        whole.completeExceptionally(
                new RefusedException(Refusal.TOO_LARGE, "The body is larger than %d bytes".formatted(maxBytes)));
    }
}
