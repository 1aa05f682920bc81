package io.tidemark.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlinkIT {
    @TempDir
    static Path data;

    @Test
    void runsJobsSentOverRestAndShowsItsPage() throws Exception {
        try (FlinkCluster flink = FlinkCluster.start(new Layout(data), 3, 0)) {
            String[] hostAndPort = flink.address().split(":", 2);
            StreamExecutionEnvironment remote = StreamExecutionEnvironment.createRemoteEnvironment(
                    hostAndPort[0], Integer.parseInt(hostAndPort[1]));
            remote.setParallelism(2);

            assertThat(remote.fromSequence(1, 4)
                            .map(number -> number * 10)
                            .returns(Types.LONG)
                            .executeAndCollect("tenfold", 4))
                    .containsExactlyInAnyOrder(10L, 20L, 30L, 40L);

            assertThat(get(flink, "/")).contains("<html");
            assertThat(get(flink, "/overview")).contains("\"slots-total\":3");
            assertThat(get(flink, "/jobs/overview")).contains("tenfold");
        }
    }

    private static String get(FlinkCluster flink, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + flink.address() + path))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
